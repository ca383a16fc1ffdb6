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

/// Races on a batch of remote frees, between who fills it and who reads it.
public final class BatchStress {
    private BatchStress() {}

    /// One sends a batch and pushes a slot to the slab, while the owner reads its mail.
    @JCStressTest
    @Description("What a batch brings, and what the slab itself brings, come home once each.")
    @Outcome(id = "0, 3, 1, 0", expect = ACCEPTABLE, desc = "All of it came later.")
    @Outcome(id = "2, 1, 1, 0", expect = ACCEPTABLE, desc = "The batch was there, the slab came later.")
    @Outcome(id = "3, 0, 1, 0", expect = ACCEPTABLE, desc = "All of it was there.")
    @State
    public static class SendRead {
        private final StressSlab slab = new StressSlab();

        @Actor
        public void send() {
            slab.sendBatch(0, 1);
            slab.free(2);
        }

        @Actor
        public void read(IIII_Result result) {
            result.r1 = slab.readMail();
        }

        @Arbiter
        public void rest(IIII_Result result) {
            result.r2 = slab.readMail();
            result.r3 = (int) slab.used();
            result.r4 = slab.lostSlots();
        }
    }

    /// One fills the batch a second time as soon as it has come back.
    @JCStressTest
    @Description("A batch that came back may be filled: its reader does not look at it any more.")
    @Outcome(id = "0, 2, 2, 0", expect = ACCEPTABLE, desc = "It had not come back.")
    @Outcome(id = "2, 0, 2, 0", expect = ACCEPTABLE, desc = "It came back too late.")
    @Outcome(id = "2, 2, 0, 0", expect = ACCEPTABLE, desc = "It was sent twice, and read twice.")
    @Outcome(id = "4, 0, 0, 0", expect = ACCEPTABLE, desc = "It was sent twice before the second reading.")
    @State
    public static class SendAgain {
        private final StressSlab slab = new StressSlab();

        @Actor
        public void send() {
            slab.sendBatch(0, 1);
            if (slab.isBatchIdle()) {
                slab.sendBatch(2, 3);
            }
        }

        @Actor
        public void read(IIII_Result result) {
            result.r1 = slab.readMail();
            result.r1 += slab.readMail();
        }

        @Arbiter
        public void rest(IIII_Result result) {
            result.r2 = slab.readMail();
            result.r3 = (int) slab.used();
            result.r4 = slab.lostSlots();
        }
    }
}
