// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.LLLL_Result;

/// Races on a slab's `REMOTE` word. In all of them the last result is the number of lost slots.
public final class SlabsStress {
    private SlabsStress() {}

    /// Two free a slot each.
    @JCStressTest
    @Description("No remote free is lost, and exactly one of the two is told to send the slab.")
    @Outcome(id = "true, false, 2, 0", expect = ACCEPTABLE, desc = "The first sends.")
    @Outcome(id = "false, true, 2, 0", expect = ACCEPTABLE, desc = "The second sends.")
    @State
    public static class PushPush {
        private final StressSlab slab = new StressSlab();

        @Actor
        public void first(LLLL_Result result) {
            result.r1 = slab.pushRemote(0);
        }

        @Actor
        public void second(LLLL_Result result) {
            result.r2 = slab.pushRemote(1);
        }

        @Arbiter
        public void collect(LLLL_Result result) {
            result.r3 = Slabs.collectRemote(slab.slab);
            result.r4 = slab.lostSlots();
        }
    }

    /// One frees a slot while the owner collects an earlier one.
    @JCStressTest
    @Description("A free that the owner did not collect is told to send the slab again.")
    @Outcome(id = "false, 2, 0, 0", expect = ACCEPTABLE, desc = "Collected with the earlier one.")
    @Outcome(id = "true, 1, 1, 0", expect = ACCEPTABLE, desc = "Came too late, and is sent again.")
    @State
    public static class PushCollect {
        private final StressSlab slab = new StressSlab();

        public PushCollect() {
            slab.pushRemote(0);
        }

        @Actor
        public void push(LLLL_Result result) {
            result.r1 = slab.pushRemote(1);
        }

        @Actor
        public void collect(LLLL_Result result) {
            result.r2 = Slabs.collectRemote(slab.slab);
        }

        @Arbiter
        public void rest(LLLL_Result result) {
            result.r3 = Slabs.collectRemote(slab.slab);
            result.r4 = slab.lostSlots();
        }
    }

    /// The owner walks a chain that another has just sent.
    @JCStressTest
    @Description("Who sees a chain sees all its links.")
    @Outcome(id = "3, 3, 0, 0", expect = ACCEPTABLE, desc = "The whole chain, before the earlier slot.")
    @Outcome(id = "1, 1, 2, 0", expect = ACCEPTABLE, desc = "The chain came too late.")
    @State
    public static class ChainCollect {
        private final StressSlab slab = new StressSlab();

        public ChainCollect() {
            slab.pushRemote(0);
        }

        @Actor
        public void push() {
            slab.pushRemote(1, 2);
        }

        @Actor
        public void collect(IIII_Result result) {
            result.r1 = Slabs.collectRemote(slab.slab);
            result.r2 = slab.freeSlots();
        }

        @Arbiter
        public void rest(IIII_Result result) {
            result.r3 = Slabs.collectRemote(slab.slab);
            result.r4 = slab.lostSlots();
        }
    }
}
