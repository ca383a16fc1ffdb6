// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.MemorySegment;

/// The memory of the process as one segment: how a program in Java touches its blocks.
///
/// The workloads use it where they touch, with no method of ours around it: the compiler inlines the JDK's accesses
/// however much a loop has of them, and a method of ours only up to a limit, past which each touch would be a call.
final class EveryByte {
    /// Offsets are addresses.
    static final MemorySegment ALL = RawMemory.all();

    private EveryByte() {}
}
