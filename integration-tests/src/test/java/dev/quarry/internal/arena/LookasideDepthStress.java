// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;
import org.openjdk.jcstress.infra.results.IJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/// Races of two arenas' depths for the budget that they share.
public final class LookasideDepthStress {
    private static final int MIN = 4;
    private static final int MAX = 8;

    private LookasideDepthStress() {}

    private static LookasideDepth depth(AtomicLong budget) {
        return new LookasideDepth(budget, 1, MIN, MAX);
    }

    /// Two grow where there is budget for one.
    @JCStressTest
    @Description("The budget is granted once and never below zero.")
    @Outcome(id = "8, 4, 0", expect = ACCEPTABLE, desc = "The first grew.")
    @Outcome(id = "4, 8, 0", expect = ACCEPTABLE, desc = "The second grew.")
    @State
    public static class GrowGrow {
        private final AtomicLong budget = new AtomicLong(MAX - MIN);
        private final LookasideDepth first = depth(budget);
        private final LookasideDepth second = depth(budget);

        @Actor
        public void first(IIJ_Result result) {
            first.miss(1);
            result.r1 = first.depth();
        }

        @Actor
        public void second(IIJ_Result result) {
            second.miss(1);
            result.r2 = second.depth();
        }

        @Arbiter
        public void budget(IIJ_Result result) {
            result.r3 = budget.get();
        }
    }

    /// One grows by what the other returns.
    @JCStressTest
    @Description("What a depth returns is neither lost nor granted twice.")
    @Outcome(id = "8, 0", expect = ACCEPTABLE, desc = "Grew after the other had shrunk.")
    @Outcome(id = "4, 4", expect = ACCEPTABLE, desc = "Found no budget.")
    @State
    public static class GrowReturn {
        private final AtomicLong budget = new AtomicLong(MAX - MIN);
        private final LookasideDepth returning = depth(budget);
        private final LookasideDepth growing = depth(budget);

        public GrowReturn() {
            returning.miss(1);
        }

        @Actor
        public void giveBack() {
            returning.reset();
        }

        @Actor
        public void grow(IJ_Result result) {
            growing.miss(1);
            result.r1 = growing.depth();
        }

        @Arbiter
        public void budget(IJ_Result result) {
            result.r2 = budget.get();
        }
    }

    /// Two return what they took.
    @JCStressTest
    @Description("Neither overwrites what the other returned.")
    @Outcome(id = "8", expect = ACCEPTABLE, desc = "Both parts are back.")
    @State
    public static class ReturnReturn {
        private final AtomicLong budget = new AtomicLong(2 * (MAX - MIN));
        private final LookasideDepth first = depth(budget);
        private final LookasideDepth second = depth(budget);

        public ReturnReturn() {
            first.miss(1);
            second.miss(1);
        }

        @Actor
        public void first() {
            first.reset();
        }

        @Actor
        public void second() {
            second.reset();
        }

        @Arbiter
        public void budget(J_Result result) {
            result.r1 = budget.get();
        }
    }
}
