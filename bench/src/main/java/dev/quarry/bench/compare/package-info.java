// SPDX-License-Identifier: Apache-2.0

/// Compares the results folders of two runs: what of Quarry's became slower or faster, and what is within the noise.
@NullMarked
package dev.quarry.bench.compare;

import org.jspecify.annotations.NullMarked;
