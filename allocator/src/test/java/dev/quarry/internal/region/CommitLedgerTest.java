// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CommitLedgerTest {
    @Test
    void shouldGrantAllOrNothing() {
        CommitLedger ledger = new CommitLedger(100);

        assertTrue(ledger.tryTake(60));
        assertFalse(ledger.tryTake(41));
        assertEquals(60, ledger.committedBytes());
        assertTrue(ledger.tryTake(40));
        assertFalse(ledger.tryTake(1));
        assertTrue(ledger.tryTake(0));
        assertEquals(2, ledger.refusals());
        assertEquals(100, ledger.limitBytes());
    }

    @Test
    void shouldGrantAgainWhatWasGivenBack() {
        CommitLedger ledger = new CommitLedger(100);
        ledger.tryTake(100);
        ledger.giveBack(30);

        assertFalse(ledger.tryTake(31));
        assertTrue(ledger.tryTake(30));
    }

    @Test
    void shouldNotOverflow() {
        CommitLedger ledger = new CommitLedger(Long.MAX_VALUE);

        assertTrue(ledger.tryTake(Long.MAX_VALUE - 1));
        assertFalse(ledger.tryTake(Long.MAX_VALUE));
        assertTrue(ledger.tryTake(1));
        assertFalse(ledger.tryTake(1));
    }

    @Test
    void shouldHoldTheLimitAtEveryInstantWhenThreadsRace() throws Exception {
        int threads = 4;
        long limit = 1_000;
        CommitLedger ledger = new CommitLedger(limit);
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Long>> held = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int seed = thread;
                held.add(executor.submit((Callable<Long>) () -> {
                    start.await();
                    return takeAndGiveBack(ledger, new SplittableRandom(seed));
                }));
            }
            long sum = 0;
            for (Future<Long> bytes : held) {
                sum += bytes.get();
            }
            assertEquals(sum, ledger.committedBytes());
            assertTrue(ledger.refusals() > 0, "the limit was never reached");
        } finally {
            executor.shutdownNow();
        }
    }

    /// {@return what it holds in the end}
    private static long takeAndGiveBack(CommitLedger ledger, SplittableRandom random) {
        long held = 0;
        for (int step = 0; step < 50_000; step++) {
            long bytes = random.nextLong(1, 400);
            if (ledger.tryTake(bytes)) {
                held += bytes;
            } else {
                ledger.giveBack(held);
                held = 0;
            }
            long seen = ledger.committedBytes();
            assertTrue(seen >= 0 && seen <= ledger.limitBytes(), () -> seen + " bytes are committed");
        }
        return held;
    }
}
