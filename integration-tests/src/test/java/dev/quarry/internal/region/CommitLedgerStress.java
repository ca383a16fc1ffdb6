// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJ_Result;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

/// Races for credit.
public final class CommitLedgerStress {
    private static final long LIMIT = 10;

    private CommitLedgerStress() {}

    /// Two take what is there once.
    @JCStressTest
    @Description("The limit is never exceeded, and credit that is there is granted to one.")
    @Outcome(id = "true, false, 6", expect = ACCEPTABLE, desc = "The first took it.")
    @Outcome(id = "false, true, 6", expect = ACCEPTABLE, desc = "The second took it.")
    @State
    public static class TakeTake {
        private final CommitLedger ledger = new CommitLedger(LIMIT);

        @Actor
        public void first(ZZJ_Result result) {
            result.r1 = ledger.tryTake(6);
        }

        @Actor
        public void second(ZZJ_Result result) {
            result.r2 = ledger.tryTake(6);
        }

        @Arbiter
        public void sum(ZZJ_Result result) {
            result.r3 = ledger.committedBytes();
        }
    }

    /// One takes what another gives back.
    @JCStressTest
    @Description("Credit that is given back is neither lost nor granted twice.")
    @Outcome(id = "true, 6", expect = ACCEPTABLE, desc = "Taken after it was given back.")
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "Refused before it was given back.")
    @State
    public static class TakeGiveBack {
        private final CommitLedger ledger = new CommitLedger(LIMIT);

        public TakeGiveBack() {
            if (!ledger.tryTake(6)) {
                throw new IllegalStateException("an empty ledger refused");
            }
        }

        @Actor
        public void take(ZJ_Result result) {
            result.r1 = ledger.tryTake(6);
        }

        @Actor
        public void giveBack() {
            ledger.giveBack(6);
        }

        @Arbiter
        public void sum(ZJ_Result result) {
            result.r2 = ledger.committedBytes();
        }
    }

    /// One takes beside another that gives back; there is credit for both whatever the order.
    @JCStressTest
    @Description("Neither overwrites the other's count.")
    @Outcome(id = "true, 6", expect = ACCEPTABLE, desc = "Both are counted.")
    @State
    public static class TakeBesideGiveBack {
        private final CommitLedger ledger = new CommitLedger(LIMIT);

        public TakeBesideGiveBack() {
            if (!ledger.tryTake(4)) {
                throw new IllegalStateException("an empty ledger refused");
            }
        }

        @Actor
        public void take(ZJ_Result result) {
            result.r1 = ledger.tryTake(6);
        }

        @Actor
        public void giveBack() {
            ledger.giveBack(4);
        }

        @Arbiter
        public void sum(ZJ_Result result) {
            result.r2 = ledger.committedBytes();
        }
    }
}
