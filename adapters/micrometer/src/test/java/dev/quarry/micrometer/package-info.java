// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quarry.micrometer;

import org.jspecify.annotations.NullMarked;
