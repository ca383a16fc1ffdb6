// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.quarry.it.stress.StressMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/// The race to take a span out of service.
public final class SpanMapStress {
    private SpanMapStress() {}

    /// Two free one span.
    @JCStressTest
    @Description("Of two that free one span, exactly one succeeds.")
    @Outcome(id = "true, false, 4", expect = ACCEPTABLE, desc = "The first took it out.")
    @Outcome(id = "false, true, 4", expect = ACCEPTABLE, desc = "The second took it out.")
    @State
    public static class CacheCache {
        private final SpanMap map = new SpanMap(StressMemory.record());

        public CacheCache() {
            map.setRelease(1, SpanMap.SPAN, 7, 300);
        }

        private boolean takeOut() {
            long word = map.wordAcquire(1);
            return SpanMap.state(word) == SpanMap.SPAN && map.tryCache(1, word);
        }

        @Actor
        public void first(ZZI_Result result) {
            result.r1 = takeOut();
        }

        @Actor
        public void second(ZZI_Result result) {
            result.r2 = takeOut();
        }

        @Arbiter
        public void state(ZZI_Result result) {
            result.r3 = SpanMap.state(map.wordAcquire(1));
        }
    }
}
