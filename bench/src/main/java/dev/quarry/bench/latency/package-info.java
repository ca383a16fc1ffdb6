// SPDX-License-Identifier: Apache-2.0

/// How long single calls take, the slowest ones most of all.
@NullMarked
package dev.quarry.bench.latency;

import org.jspecify.annotations.NullMarked;
