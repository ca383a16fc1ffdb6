// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LookasideDepthTest {
    private static final int UNIT_BYTES = 100;
    private static final int MIN = 4;
    private static final int MAX = 64;
    private static final long BUDGET_BYTES = 10_000;

    private final AtomicLong budget = new AtomicLong(BUDGET_BYTES);
    private final LookasideDepth depth = new LookasideDepth(budget, UNIT_BYTES, MIN, MAX);

    private void growTo(int wanted) {
        while (depth.depth() < wanted) {
            depth.miss(1);
        }
        depth.endPeriod(0);
        assertEquals(wanted, depth.depth());
    }

    @Test
    void shouldStartAtItsLeastWhichCostsNoBudget() {
        assertEquals(MIN, depth.depth());
        assertEquals(BUDGET_BYTES, budget.get());
        assertEquals(2, new LookasideDepth(budget, UNIT_BYTES, MIN, 2).depth());
    }

    @Test
    void shouldDoubleWithEachMiss() {
        depth.miss(1);
        assertEquals(2 * MIN, depth.depth());
        depth.miss(1);
        assertEquals(4 * MIN, depth.depth());
        assertEquals(2, depth.misses());
        assertEquals(BUDGET_BYTES - 3 * MIN * UNIT_BYTES, budget.get());
    }

    @Test
    void shouldGrowByTheBatchOfARefillAtLeast() {
        depth.miss(10);
        assertEquals(MIN + 10, depth.depth());
    }

    @Test
    void shouldNotGrowBeyondItsMost() {
        for (int miss = 0; miss < 20; miss++) {
            depth.miss(1);
        }
        assertEquals(MAX, depth.depth());
        assertEquals(BUDGET_BYTES - (MAX - MIN) * UNIT_BYTES, budget.get());
        assertEquals(20, depth.misses());
    }

    @Test
    void shouldNotGrowBeyondTheBudget() {
        budget.set(MIN * UNIT_BYTES - 1);
        depth.miss(1);

        assertEquals(MIN, depth.depth());
        assertEquals(MIN * UNIT_BYTES - 1, budget.get());
        budget.incrementAndGet();
        depth.miss(1);
        assertEquals(2 * MIN, depth.depth());
        assertEquals(0, budget.get());
    }

    @Test
    void shouldShrinkByAnEighthInAQuietPeriodOnly() {
        growTo(MAX);
        depth.miss(1);
        depth.endPeriod(0);
        assertEquals(MAX, depth.depth());

        depth.endPeriod(0);
        assertEquals(MAX - MAX / 8, depth.depth());
        assertEquals(BUDGET_BYTES - (MAX - MAX / 8 - MIN) * UNIT_BYTES, budget.get());
    }

    @Test
    void shouldShrinkToItsLeastAndReturnTheWholeBudget() {
        growTo(MAX);
        for (int period = 0; period < 100; period++) {
            depth.endPeriod(0);
        }
        assertEquals(MIN, depth.depth());
        assertEquals(BUDGET_BYTES, budget.get());
    }

    @Test
    void shouldDrainWhatWasOfNoUseThroughAPeriod() {
        growTo(MAX);
        depth.endPeriod(20);
        depth.observe(15);
        depth.observe(7);
        depth.observe(12);

        assertEquals(7, depth.endPeriod(30));
        assertEquals(23, depth.endPeriod(30));
    }

    @Test
    void shouldDrainNoMoreThanIsKept() {
        growTo(MAX);
        depth.endPeriod(20);

        assertEquals(5, depth.endPeriod(5));
        assertEquals(0, depth.endPeriod(0));
    }

    @Test
    void shouldDrainNothingThatCameDuringThePeriod() {
        depth.endPeriod(0);

        assertEquals(0, depth.endPeriod(30));
        assertEquals(30, depth.endPeriod(30));
    }

    @Test
    void shouldReturnEverythingWhenItIsReset() {
        growTo(MAX);
        depth.endPeriod(20);
        depth.reset();

        assertEquals(MIN, depth.depth());
        assertEquals(BUDGET_BYTES, budget.get());
        assertEquals(0, depth.endPeriod(20), "the low-water mark is forgotten");
        depth.reset();
        assertEquals(BUDGET_BYTES, budget.get());
    }

    @Test
    void shouldShareTheBudgetWithOthersExactly() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        LookasideDepth[] depths = new LookasideDepth[10];
        for (int i = 0; i < depths.length; i++) {
            depths[i] = new LookasideDepth(budget, UNIT_BYTES, MIN, MAX);
        }
        boolean exhausted = false;
        for (int step = 0; step < 10_000; step++) {
            LookasideDepth any = depths[random.nextInt(depths.length)];
            int dice = random.nextInt(100);
            if (dice < 40) {
                any.miss(1 + random.nextInt(8));
            } else if (dice < 97) {
                any.endPeriod(random.nextInt(MAX));
            } else {
                any.reset();
            }
            long taken = 0;
            for (LookasideDepth each : depths) {
                taken += (long) (each.depth() - MIN) * UNIT_BYTES;
            }
            assertEquals(BUDGET_BYTES, budget.get() + taken, "seed " + seed + ", step " + step);
            assertTrue(budget.get() >= 0, "seed " + seed + ", step " + step);
            exhausted |= budget.get() < MIN * UNIT_BYTES;
        }
        assertTrue(exhausted, "the budget was never short, seed " + seed);
    }

    @Test
    void shouldShrinkByHalvesWhileTheBudgetIsOverdrawn() {
        growTo(MAX);
        budget.addAndGet(-BUDGET_BYTES);
        assertEquals(MAX - 32, depth.endPeriod(MAX), "what is kept beyond the depth is to go");
        assertEquals(32, depth.depth());
        depth.miss(16);
        assertEquals(16, depth.depth(), "a miss does not grow it");
        while (depth.depth() > MIN) {
            depth.endPeriod(0);
        }
        assertEquals(0, budget.get());
        depth.endPeriod(0);
        depth.miss(1);
        assertEquals(MIN, depth.depth(), "nothing is left to grow by");
        budget.addAndGet(BUDGET_BYTES);
        depth.miss(1);
        assertEquals(2 * MIN, depth.depth());
    }
}
