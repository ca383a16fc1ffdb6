// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// A block that grows by half its size again and again, from 16 bytes to 52,597, as the array of a list does. Time is
/// that of one step; the first allocates, and the free is part of the last.
public class ReallocBenchmark extends HeapBenchmark {
    private static final int FIRST_BYTES = 16;
    private static final int STEPS = 21;

    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void grow() {
        MicroHeap heap = this.heap;
        int byteSize = FIRST_BYTES;
        heap.allocate(0, byteSize);
        for (int step = 1; step < STEPS; step++) {
            byteSize += byteSize >> 1;
            heap.reallocate(0, byteSize);
        }
        heap.free(0);
    }
}
