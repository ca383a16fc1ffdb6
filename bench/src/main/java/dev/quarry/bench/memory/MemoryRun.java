// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import dev.quarry.bench.subject.Subject;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs one case on one subject in this process, which does nothing else.
public final class MemoryRun {
    /// For the JVM that runs a case, behind all other flags: a heap that is resident from the start and that no case
    /// outgrows, and no compiler whose own memory comes and goes by mebibytes. Nothing is timed here.
    public static final List<String> JVM_FLAGS =
            List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1");

    private static final int WARM_UP_BYTES = 64;

    private MemoryRun() {}

    /// Runs a case to its end.
    ///
    /// @param name of the case
    /// @return the result in the form of the result files
    /// @throws IllegalArgumentException when there is no such case, or none runs on the subject
    /// @throws IllegalStateException when a block is live after all were freed
    public static Map<String, @Nullable Object> run(Subject subject, String name, Scale scale) {
        MemoryCase memoryCase =
                MemoryCase.find(name).orElseThrow(() -> new IllegalArgumentException("no memory case " + name));
        MeasuredAllocator allocator = allocator(subject);
        warmUp(allocator);
        return run(memoryCase, new Measurement(allocator, scale, subject::newThread, ResidentMemory::bytes), allocator);
    }

    static Map<String, @Nullable Object> run(
            MemoryCase memoryCase, Measurement measurement, MeasuredAllocator allocator) {
        memoryCase.run(measurement);
        Map<String, Object> own = allocator.ownFigures();
        if (!own.isEmpty()) {
            measurement.facts().put("ownFiguresAtTheEnd", own);
        }
        measurement.freeAll();
        return measurement.result(memoryCase.figure());
    }

    /// Loads classes by one small block: they take mebibytes of the JVM's own memory. What the allocator took for the
    /// block is counted as its own ([Measurement#rebase]).
    private static void warmUp(MeasuredAllocator allocator) {
        BlockTable table = allocator.newTable(1);
        table.allocate(0, WARM_UP_BYTES);
        table.freeAll();
        allocator.trim();
        allocator.committedBytes();
        allocator.ownFigures();
        ResidentMemory.bytes();
    }

    private static MeasuredAllocator allocator(Subject subject) {
        return switch (subject) {
            case FACADE -> new QuarryAllocator();
            case NETTY_POOLED -> new NettyAllocator(PooledByteBufAllocator.DEFAULT);
            case NETTY_ADAPTIVE -> new NettyAllocator(new AdaptiveByteBufAllocator(true));
            case LIBC -> new LibcAllocator();
            case VOID -> new NoAllocator();
            default -> throw new IllegalArgumentException("no memory case runs on " + subject.argument());
        };
    }
}
