// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.it.stress.StressMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// Races on a mailbox, alone and together with what is in the mail.
public final class MailboxStress {
    private MailboxStress() {}

    /// Three descriptors and a mailbox in one record.
    private static final class Letters {
        final long mailbox = StressMemory.record();

        long slab(int number) {
            return mailbox + (long) number * SlabLayout.BYTES;
        }

        /// {@return a bit for each slab taken; each must be there once}
        int takeAll() {
            int taken = 0;
            for (long slab = Mailbox.takeAll(mailbox); slab != 0; slab = Mailbox.next(slab)) {
                taken += 1 << (int) ((slab - mailbox) / SlabLayout.BYTES);
            }
            return taken;
        }
    }

    /// Two send.
    @JCStressTest
    @Description("All mail arrives once.")
    @Outcome(id = "6", expect = ACCEPTABLE, desc = "Both are there.")
    @State
    public static class SendSend {
        private final Letters letters = new Letters();

        @Actor
        public void first() {
            Mailbox.send(letters.mailbox, letters.slab(1));
        }

        @Actor
        public void second() {
            Mailbox.send(letters.mailbox, letters.slab(2));
        }

        @Arbiter
        public void take(I_Result result) {
            result.r1 = letters.takeAll();
        }
    }

    /// One sends while the owner reads.
    @JCStressTest
    @Description("Mail that the owner did not take now is there the next time.")
    @Outcome(id = "6, 0", expect = ACCEPTABLE, desc = "Both were taken.")
    @Outcome(id = "2, 4", expect = ACCEPTABLE, desc = "The second came too late.")
    @State
    public static class SendTake {
        private final Letters letters = new Letters();

        public SendTake() {
            Mailbox.send(letters.mailbox, letters.slab(1));
        }

        @Actor
        public void send() {
            Mailbox.send(letters.mailbox, letters.slab(2));
        }

        @Actor
        public void take(II_Result result) {
            result.r1 = letters.takeAll();
        }

        @Arbiter
        public void rest(II_Result result) {
            result.r2 = letters.takeAll();
        }
    }

    /// One frees a slot of a slab that is in the mail already, while the owner reads it: the whole way home.
    @JCStressTest
    @Description("A slab with remote frees is always in a mailbox, and in one only.")
    @Outcome(id = "2, 0, 2, 0", expect = ACCEPTABLE, desc = "Both slots came back at once.")
    @Outcome(id = "1, 1, 2, 0", expect = ACCEPTABLE, desc = "The second was sent again.")
    @State
    public static class FreeRead {
        private final StressSlab slab = new StressSlab();

        public FreeRead() {
            slab.free(0);
        }

        @Actor
        public void free() {
            slab.free(1);
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
}
