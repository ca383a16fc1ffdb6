// SPDX-License-Identifier: Apache-2.0
/// An allocator's accounting as Micrometer meters: [dev.quarry.micrometer.QuarryMetrics].
@NullMarked
package dev.quarry.micrometer;

import org.jspecify.annotations.NullMarked;
