// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.internal.buddy.BuddyAllocator.NOTHING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Random programs against a model that knows which pages are allocated.
class BuddyModelTest {
    private static final int PAGES = 1 << 12;
    private static final int STEPS = 4_000;

    @Test
    void shouldHandOutEachPageOnceWhenCreditIsPlenty() {
        for (int round = 0; round < 8; round++) {
            run(System.nanoTime(), PAGES);
        }
    }

    @Test
    void shouldHandOutEachPageOnceWhenCreditIsShort() {
        for (int round = 0; round < 8; round++) {
            run(System.nanoTime(), PAGES / 4);
        }
    }

    private static void run(long seed, int limitPages) {
        try (BuddyFixture fixture = new BuddyFixture(PAGES, limitPages)) {
            Program program = new Program(fixture, seed);
            for (int step = 0; step < STEPS; step++) {
                program.step();
                if (step % 16 == 0) {
                    program.check();
                }
            }
            program.freeAll();
            program.check();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed " + seed + ", limit of " + limitPages + " pages", failure);
        }
    }

    private static final class Program {
        private final BuddyFixture fixture;
        private final BuddyAllocator buddy;
        private final SplittableRandom random;
        private final BitSet allocated = new BitSet(PAGES);
        private final List<long[]> runs = new ArrayList<>();

        Program(BuddyFixture fixture, long seed) {
            this.fixture = fixture;
            this.buddy = fixture.buddy;
            this.random = new SplittableRandom(seed);
        }

        void step() {
            int dice = random.nextInt(100);
            if (dice < 50) {
                allocate();
            } else if (dice < 85 && !runs.isEmpty()) {
                free(random.nextInt(runs.size()));
            } else if (dice < 97 && !runs.isEmpty()) {
                extend(runs.get(random.nextInt(runs.size())));
            } else {
                uncommit();
            }
        }

        private void allocate() {
            long pages = 1L << random.nextInt(9);
            pages += random.nextBoolean() ? random.nextLong(pages) : 0;
            int alignOrder = random.nextInt(8) == 0 ? random.nextInt(11) : 0;
            long page = buddy.allocate(pages, alignOrder);
            if (page != NOTHING) {
                assertEquals(0, page & (1L << alignOrder) - 1, "alignment");
                own(page, pages);
                fixture.map.setRelease(page, SpanMap.SPAN, 0, pages);
                runs.add(new long[] {page, pages});
            }
        }

        private void free(int index) {
            long[] run = runs.set(index, runs.get(runs.size() - 1));
            runs.remove(runs.size() - 1);
            allocated.clear((int) run[0], (int) (run[0] + run[1]));
            buddy.free(run[0], run[1]);
        }

        private void extend(long[] run) {
            long newPages = run[1] + 1 + random.nextInt(64);
            if (buddy.tryExtend(run[0], run[1], newPages)) {
                own(run[0] + run[1], newPages - run[1]);
                run[1] = newPages;
                fixture.map.setRelease(run[0], SpanMap.SPAN, 0, newPages);
            }
        }

        private void uncommit() {
            int order = random.nextInt(10);
            if (buddy.highestFree(order) != NOTHING) {
                buddy.uncommit(buddy.highestFree(order));
            }
        }

        private void own(long page, long pages) {
            int end = (int) (page + pages);
            assertTrue(end <= buddy.frontierPages(), "a page beyond the frontier");
            assertEquals(0, allocated.get((int) page, end).cardinality(), "a page was handed out twice");
            allocated.set((int) page, end);
        }

        void freeAll() {
            while (!runs.isEmpty()) {
                free(runs.size() - 1);
            }
            assertEquals(fixture.committedPages(), buddy.freeCommittedPages());
        }

        void check() {
            buddy.verify();
            assertEquals(
                    fixture.committedPages(),
                    allocated.cardinality() + buddy.freeCommittedPages(),
                    "each committed page is allocated or free");
        }
    }
}
