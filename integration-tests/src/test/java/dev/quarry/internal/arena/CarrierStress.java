// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.OsThreads;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// A carrier's owner against who takes the arena back: the owner has no fence of its own.
public final class CarrierStress {
    private static final OsThreads THREADS = NativeMemory.system().threads();

    private CarrierStress() {}

    /// The arena is not touched here: who is inside changes a field in its place.
    ///
    /// Results: whether the owner came in; whether the taker found nobody inside; and what the taker read then, or what
    /// the owner read inside where the taker had written.
    @JCStressTest
    @Description("Never are both inside, and the taker sees all that the owner did.")
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The owner was inside when the taker looked.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The owner had left.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The owner came too late.")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE_INTERESTING, desc = "Too late, and seen on the threshold.")
    @State
    public static class EnterRevoke {
        private final Carrier carrier = new Carrier(1, null);
        private int work;

        @Actor
        public void owner(III_Result result) {
            if (carrier.tryEnter()) {
                work++;
                result.r1 = work;
                carrier.leave();
            }
        }

        @Actor
        public void taker(III_Result result) {
            carrier.revoke();
            if (THREADS.fence() && carrier.isOutside()) {
                result.r2 = 1;
                result.r3 = work;
                work = 10;
            }
        }
    }
}
