// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.subject.Blocks;
import dev.quarry.numa.RawMemory;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The workloads under an oracle: they treat their blocks as programs must, and an allocator that does not is caught.
@Timeout(60)
class WorkloadOracleTest {
    private static final long LIMIT_BYTES = 512L << 20;
    private static final int THREADS = 2;

    private final OffHeapAllocator allocator =
            OffHeapAllocator.create(AllocatorConfig.builder().limit(LIMIT_BYTES).build());

    @AfterEach
    void close() {
        allocator.close();
    }

    private static Oracle run(WorkloadName name, Supplier<Blocks> blocks) {
        Oracle oracle = new Oracle(blocks);
        Round round = name.newWorkload(new Setting(oracle, THREADS, Scale.TINY)).round();
        assertTrue(round.operations() > 0);
        return oracle;
    }

    @ParameterizedTest
    @EnumSource(WorkloadName.class)
    void shouldUseEachBlockAsProgramsMustAndFreeAll(WorkloadName name) {
        Oracle oracle = run(name, () -> new InstanceBlocks(allocator));
        assertEquals(0, oracle.liveBlocks());
        WorkloadRun.checkNothingLost(allocator);
    }

    @ParameterizedTest
    @EnumSource(
            value = WorkloadName.class,
            names = {"LARSON", "GLIBC_THREAD", "RBSTRESS"})
    void shouldCatchBlocksThatOverlap(WorkloadName name) {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> run(name, () -> new OverlappingBlocks(allocator)));
        assertTrue(String.valueOf(e.getMessage()).endsWith("overlaps a live block"), e.getMessage());
    }

    @Test
    void shouldCatchContentThatChanges() {
        Setting setting = new Setting(new Oracle(() -> new SpoilingBlocks(allocator)), 1, Scale.TINY);
        Workload workload = WorkloadName.MSTRESS.newWorkload(setting);
        IllegalStateException e = assertThrows(IllegalStateException.class, workload::round);
        assertTrue(String.valueOf(e.getMessage()).endsWith("is not what was written to it"), e.getMessage());
    }

    @Test
    void shouldCatchBlocksThatAreLost() {
        Oracle oracle = run(WorkloadName.ALLOC_TEST, () -> new ForgetfulBlocks(allocator));
        assertEquals(0, oracle.liveBlocks());
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> WorkloadRun.checkNothingLost(allocator));
        assertTrue(String.valueOf(e.getMessage()).startsWith("the workload left "), e.getMessage());
    }

    /// Hands out the middle of the block before, now and then.
    private static final class OverlappingBlocks extends InstanceBlocks {
        private static final int PERIOD = 100;

        private long last;
        private int mallocs;

        OverlappingBlocks(OffHeapAllocator allocator) {
            super(allocator);
        }

        @Override
        public long malloc(long byteSize) {
            last = ++mallocs % PERIOD == 0 ? last + 8 : super.malloc(byteSize);
            return last;
        }
    }

    /// Writes to a block that somebody has.
    private static final class SpoilingBlocks extends InstanceBlocks {
        private static final int PERIOD = 50;

        private long first;
        private int mallocs;

        SpoilingBlocks(OffHeapAllocator allocator) {
            super(allocator);
        }

        @Override
        public long malloc(long byteSize) {
            if (++mallocs % PERIOD == 0) {
                RawMemory.putByte(first, (byte) 1);
            }
            first = super.malloc(byteSize);
            return first;
        }
    }

    /// Does not free every block.
    private static final class ForgetfulBlocks extends InstanceBlocks {
        private static final int PERIOD = 1_000;

        private int frees;

        ForgetfulBlocks(OffHeapAllocator allocator) {
            super(allocator);
        }

        @Override
        public void free(long address) {
            if (++frees % PERIOD != 0) {
                super.free(address);
            }
        }
    }
}
