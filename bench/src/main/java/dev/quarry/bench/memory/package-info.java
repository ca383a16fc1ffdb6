// SPDX-License-Identifier: Apache-2.0

/// How much memory an allocator takes for what a program asks of it: workloads that fragment memory on purpose, one in
/// a process, with readings of what was requested, what the allocator says that it holds, and what the kernel holds
/// for it. `bench/native/memory*.c` runs the same ones, draw for draw, against native allocators.
@NullMarked
package dev.quarry.bench.memory;

import org.jspecify.annotations.NullMarked;
