// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/// Blocks as the JDK's own types: segments and buffers, one by one or ten that are needed together.
public class SegmentBenchmark extends HeapBenchmark {
    private static final int GROUP = 10;

    @Param("256")
    private int byteSize;

    @Override
    int slots() {
        return GROUP;
    }

    @Benchmark
    public void one() {
        heap.pair(byteSize);
    }

    @Benchmark
    @OperationsPerInvocation(GROUP)
    public void ten() {
        heap.group(GROUP, byteSize);
    }
}
