// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
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
                    return takeAndGiveBack(ledger, new SplittableRandom(seed), 50_000);
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

    @Test
    void shouldAskEachLevelAndTakeBackWhatOneRefuses() {
        CommitLedger root = new CommitLedger(100);
        CommitLedger child = new CommitLedger(80, root);
        CommitLedger grandchild = new CommitLedger(200, child);

        assertTrue(grandchild.tryTake(60));
        assertEquals(60, root.committedBytes());
        assertFalse(grandchild.tryTake(30), "the child's limit");
        assertSame(child, grandchild.lastRefuser());
        assertTrue(root.tryTake(30));
        assertFalse(grandchild.tryTake(15), "the root's limit");
        assertSame(root, grandchild.lastRefuser());
        assertEquals(140, grandchild.roomBytes());
        assertEquals(20, child.roomBytes());
        assertEquals(10, root.roomBytes());
        assertTrue(grandchild.tryTake(10));
        grandchild.giveBack(70);
        assertEquals(0, grandchild.committedBytes() + child.committedBytes());
        assertEquals(30, root.committedBytes());
    }

    @Test
    void shouldReturnEverythingOnceWithTheClose() {
        CommitLedger root = new CommitLedger(100);
        CommitLedger child = new CommitLedger(80, root);
        child.tryTake(50);
        root.tryTake(20);
        child.freeze();
        assertFalse(child.tryTake(1));
        assertEquals(70, root.committedBytes(), "frozen credit is still held");
        child.close();
        assertEquals(20, root.committedBytes());
        child.close();
        child.giveBack(50);
        assertFalse(child.tryTake(1));
        assertEquals(20, root.committedBytes());
        assertEquals(0, child.committedBytes());
    }

    /// Threads take and give back while their child is closed: whatever they hold then comes back once.
    @Test
    void shouldLoseNothingWhenAChildIsClosedInTheMidst() throws Exception {
        CommitLedger root = new CommitLedger(1_000);
        ExecutorService executor = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 2_000; round++) {
                CommitLedger child = new CommitLedger(900, root);
                CyclicBarrier start = new CyclicBarrier(3);
                List<Future<Object>> ends = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    int seed = round * 2 + thread;
                    ends.add(executor.submit(() -> {
                        start.await();
                        takeAndGiveBack(child, new SplittableRandom(seed), 20);
                        return null;
                    }));
                }
                start.await();
                child.close();
                for (Future<Object> end : ends) {
                    end.get();
                }
                assertEquals(0, root.committedBytes(), "round " + round);
                assertEquals(1_000, root.roomBytes(), "round " + round);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /// {@return what it holds in the end}
    private static long takeAndGiveBack(CommitLedger ledger, SplittableRandom random, int steps) {
        long held = 0;
        for (int step = 0; step < steps; step++) {
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
