// SPDX-License-Identifier: Apache-2.0

/// What is compared, on what, and the figures: plain data between the runner that measures and the report that prints.
@NullMarked
package dev.quarry.bench.result;

import org.jspecify.annotations.NullMarked;
