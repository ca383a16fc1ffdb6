// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.InvalidFreeException;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// Races to free, under `checks=full`, where they are exact.
public final class GuardStress {
    private static final OffHeapAllocator ALLOCATOR = OffHeapAllocator.create(AllocatorConfig.builder()
            .checks(Checks.FULL)
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    private GuardStress() {}

    /// A span that has merged with its neighbours is no block any more, so a late free of it is not a double one.
    private static boolean free(long block) {
        try {
            ALLOCATOR.free(block);
            return true;
        } catch (InvalidFreeException refused) {
            return false;
        }
    }

    /// Two free one block.
    @JCStressTest
    @Description("Of two threads that free one block, exactly one succeeds.")
    @Outcome(id = "true, false, false", expect = ACCEPTABLE, desc = "The first freed it.")
    @Outcome(id = "false, true, false", expect = ACCEPTABLE, desc = "The second freed it.")
    @State
    public static class DoubleFree {
        private final long block = ALLOCATOR.malloc(64);

        @Actor
        public void first(ZZZ_Result result) {
            result.r1 = free(block);
        }

        @Actor
        public void second(ZZZ_Result result) {
            result.r2 = free(block);
        }

        @Arbiter
        public void owned(ZZZ_Result result) {
            result.r3 = ALLOCATOR.owns(block);
        }
    }

    /// Two free one span. It is in no quarantine, so another state may own its address again when this one is judged.
    @JCStressTest
    @Description("Of two threads that free one span, exactly one succeeds.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The first freed it.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The second freed it.")
    @State
    public static class DoubleFreeOfASpan {
        private final long block = ALLOCATOR.malloc(40_000);

        @Actor
        public void first(ZZ_Result result) {
            result.r1 = free(block);
        }

        @Actor
        public void second(ZZ_Result result) {
            result.r2 = free(block);
        }
    }

    /// Two free neighbours, whose links share the word on which the race is decided.
    @JCStressTest
    @Description("Who frees a block does not disturb who frees its neighbour.")
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "Both are free.")
    @State
    public static class FreeNeighbours {
        private final long block = ALLOCATOR.malloc(64);
        private final long neighbour = ALLOCATOR.malloc(64);

        @Actor
        public void first(ZZZ_Result result) {
            result.r1 = free(block);
        }

        @Actor
        public void second(ZZZ_Result result) {
            result.r2 = free(neighbour);
        }

        @Arbiter
        public void owned(ZZZ_Result result) {
            result.r3 = ALLOCATOR.owns(block) || ALLOCATOR.owns(neighbour);
        }
    }
}
