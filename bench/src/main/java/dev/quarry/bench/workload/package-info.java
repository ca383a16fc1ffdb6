// SPDX-License-Identifier: Apache-2.0

/// Workloads by which the field compares allocators, each a program that runs to its end: `larson`, `xmalloc`,
/// `mstress`, `mleak`, `rptest`, `alloc-test`, `glibc-simple`, `glibc-thread`, `rbstress` and `contention`.
///
/// Each is written twice from one description, here and in `bench/native/workload_*.c`: with the same sizes, the same
/// draws of the same generators, and the same bytes written. What both drew is compared by checksum.
@NullMarked
package dev.quarry.bench.workload;

import org.jspecify.annotations.NullMarked;
