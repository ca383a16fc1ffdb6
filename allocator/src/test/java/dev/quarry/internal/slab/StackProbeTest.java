// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The further a probe reaches, the earlier it fails; and it does so in compiled code too, which is what the JVM's
/// check at a method's entry is about.
class StackProbeTest {
    private static final long STACK_BYTES = 512 << 10;

    /// Enough for the best compiler to compile the probe and its callers.
    private static final int WARM_UP_CALLS = 50_000;

    private static final int SHALLOW_WORDS = 16;
    private static final int DEEP_WORDS = 8 * 1024;

    /// A frame of the recursion is not larger.
    private static final int MOST_WORDS_A_FRAME = 32;

    /// What the JVM rounds, in words: one OS page.
    private static final int ROUNDING_WORDS = 512;

    private static final StackProbe SHALLOW = StackProbe.ofWords(SHALLOW_WORDS);
    private static final StackProbe DEEP = StackProbe.ofWords(DEEP_WORDS);

    private static final class Descent implements Runnable {
        private int shallowFailsAt;
        private int deepFailsAt;

        @Override
        public void run() {
            try {
                descend(1);
            } catch (StackOverflowError atTheEnd) {
                // That is how deep it goes.
            }
        }

        private void descend(int depth) {
            if (deepFailsAt == 0 && !isEnoughFor(DEEP)) {
                deepFailsAt = depth;
            }
            if (shallowFailsAt == 0 && !isEnoughFor(SHALLOW)) {
                shallowFailsAt = depth;
            }
            if (shallowFailsAt == 0) {
                descend(depth + 1);
            }
        }

        private static boolean isEnoughFor(StackProbe probe) {
            try {
                probe.probe();
                return true;
            } catch (StackOverflowError tooDeep) {
                return false;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, WARM_UP_CALLS})
    void shouldFailWhileManyWordsAreLeft(int warmUpCalls) throws InterruptedException {
        for (int call = 0; call < warmUpCalls; call++) {
            Descent.isEnoughFor(DEEP);
            Descent.isEnoughFor(SHALLOW);
        }
        Descent descent = new Descent();
        for (int run = 0; run < (warmUpCalls == 0 ? 1 : 20); run++) {
            descent = new Descent();
            Thread thread = new Thread(null, descent, "descent", STACK_BYTES);
            thread.start();
            thread.join();
        }
        int framesBetween = descent.shallowFailsAt - descent.deepFailsAt;
        int least = (DEEP_WORDS - SHALLOW_WORDS - ROUNDING_WORDS) / MOST_WORDS_A_FRAME;
        assertTrue(descent.deepFailsAt > 0 && framesBetween >= least, () -> framesBetween + " frames, not " + least);
    }
}
