// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// A malloc, one byte written, and a free on the same thread: the shortest way through an allocator.
public class PairBenchmark extends HeapBenchmark {
    /// 16,639 bytes is a common large buffer of HTTP proxies: 16 KiB of TLS record and its overhead.
    @Param({"16", "64", "1024", "16639", "65536"})
    private int byteSize;

    @Benchmark
    public void pair() {
        heap.pair(byteSize);
    }
}
