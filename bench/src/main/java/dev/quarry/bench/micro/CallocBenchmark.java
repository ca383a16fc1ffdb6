// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// A block of zeroed bytes, and its free. Some allocators zero always, some by request, and Netty's users by a call of
/// their own.
public class CallocBenchmark extends HeapBenchmark {
    @Param({"64", "4096", "65536"})
    private int byteSize;

    @Benchmark
    public void calloc() {
        heap.zeroedPair(byteSize);
    }
}
