// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import dev.quarry.LocalArena;
import dev.quarry.OffHeapAllocator;
import dev.quarry.numa.RawMemory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A malloc, one byte written, and a free on the same thread: the shortest way through the allocator.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class MallocFreeBenchmark {
    private static final OffHeapAllocator ALLOCATOR = OffHeapAllocator.system();

    /// 16,639 bytes is a common large buffer of HTTP proxies: 16 KiB of TLS record and its overhead.
    @Param({"16", "64", "1024", "16639", "65536"})
    private long byteSize;

    private LocalArena arena = ALLOCATOR.localArena();

    /// The arena is the worker thread's own.
    @Setup
    public void findArena() {
        arena = ALLOCATOR.localArena();
    }

    @Benchmark
    public void localArena() {
        long address = arena.malloc(byteSize);
        RawMemory.putByte(address, (byte) 1);
        arena.free(address);
    }

    @Benchmark
    public void facade() {
        long address = ALLOCATOR.malloc(byteSize);
        RawMemory.putByte(address, (byte) 1);
        ALLOCATOR.free(address);
    }
}
