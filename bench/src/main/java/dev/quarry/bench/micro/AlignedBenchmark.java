// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// A block at a multiple of a cache line or of an OS page, and its free.
public class AlignedBenchmark extends HeapBenchmark {
    @Param({"64", "4096"})
    private int byteAlignment;

    @Param("4096")
    private int byteSize;

    @Benchmark
    public void aligned() {
        heap.alignedPair(byteAlignment, byteSize);
    }
}
