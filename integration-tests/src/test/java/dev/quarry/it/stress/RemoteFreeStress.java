// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.AllocatorConfig;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;
import dev.quarry.numa.RawMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/// The whole allocator, as it ships: blocks that one thread allocates, another frees, and a third gets.
public final class RemoteFreeStress {
    private static final OffHeapAllocator ALLOCATOR = OffHeapAllocator.create(
            AllocatorConfig.builder().maintenance(MaintenanceMode.EXTERNAL).build());

    private RemoteFreeStress() {}

    /// Each thread frees a block of whoever made the state, gets one, and writes to it.
    private abstract static class Exchange {
        private final int byteSize;
        private final long[] old;
        private final long[] fresh = new long[2];

        Exchange(int byteSize) {
            this.byteSize = byteSize;
            this.old = new long[] {ALLOCATOR.malloc(byteSize), ALLOCATOR.malloc(byteSize)};
        }

        void exchange(int index) {
            ALLOCATOR.free(old[index]);
            long block = ALLOCATOR.malloc(byteSize);
            RawMemory.putLong(block, index + 1L);
            RawMemory.putLong(block + byteSize - Long.BYTES, index + 1L);
            fresh[index] = block;
        }

        long read(int index) {
            long block = fresh[index];
            long first = RawMemory.getLong(block);
            long last = RawMemory.getLong(block + byteSize - Long.BYTES);
            ALLOCATOR.free(block);
            return first == last ? first : -1;
        }
    }

    /// Blocks in slabs.
    @JCStressTest
    @Description("A block belongs to one at a time, whoever freed it before.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Each finds what it wrote.")
    @State
    public static class OfSlots extends Exchange {
        public OfSlots() {
            super(64);
        }

        @Actor
        public void first() {
            exchange(0);
        }

        @Actor
        public void second() {
            exchange(1);
        }

        @Arbiter
        public void read(JJ_Result result) {
            result.r1 = read(0);
            result.r2 = read(1);
        }
    }

    /// Blocks of whole pages.
    @JCStressTest
    @Description("A span belongs to one at a time, whoever freed it before.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Each finds what it wrote.")
    @State
    public static class OfSpans extends Exchange {
        public OfSpans() {
            super(40_000);
        }

        @Actor
        public void first() {
            exchange(0);
        }

        @Actor
        public void second() {
            exchange(1);
        }

        @Arbiter
        public void read(JJ_Result result) {
            result.r1 = read(0);
            result.r2 = read(1);
        }
    }
}
