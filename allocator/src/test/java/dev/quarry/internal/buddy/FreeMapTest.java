// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.numa.RawMemory.getLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.internal.region.Table;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FreeMapTest {
    /// Two roots and a half.
    private static final int PAGES = 5 << 17;

    private static final int ALL_ORDERS = -1;
    private static final int STEPS = 4_000;

    private final SimulatedRegions machine = new SimulatedRegions(0);
    private final long address = makeTable();
    private final FreeMap map = new FreeMap(address, 0, PAGES);

    private long makeTable() {
        Table table = machine.table(Long.highestOneBit(FreeMap.tableBytes(PAGES)) * 2);
        assertTrue(table.tryCover(FreeMap.tableBytes(PAGES)));
        return table.address();
    }

    @AfterEach
    void releaseMachine() {
        machine.close();
    }

    @Test
    void shouldFindNothingWhenEmpty() {
        assertEquals(FreeMap.NOTHING, map.lowest(ALL_ORDERS, 0));
        assertEquals(FreeMap.NOTHING, map.highest(0, PAGES));
        assertEquals(FreeMap.NOTHING, map.highest(0, 0));
        assertEquals(FreeMap.NOTHING, map.at(0));
        assertEquals(0, map.freePages());
    }

    @Test
    void shouldTellABlockByItsOneNumber() {
        map.add(64, 6);

        long block = map.lowest(ALL_ORDERS, 0);
        assertEquals(64, FreeMap.page(block));
        assertEquals(6, FreeMap.order(block));
        assertEquals(block, map.at(64));
        assertEquals(1, map.blocks(6));
        assertEquals(64, map.freePages());
    }

    @Test
    void shouldKeepKindsApart() {
        FreeMap other = new FreeMap(address, 1, PAGES);
        map.add(0, 0);
        other.add(1, 0);
        map.add(PAGES / 2, 13);

        assertFalse(other.contains(0, 0));
        assertEquals(1, FreeMap.page(other.lowest(ALL_ORDERS, 0)));
        assertEquals(FreeMap.NOTHING, other.lowest(ALL_ORDERS, 2));
        other.remove(1, 0);
        assertEquals(2, map.verify(0, PAGES) + map.verify(13, PAGES));
        assertEquals(0, other.verify(0, PAGES));
    }

    /// The table grows with the region, so what a page's bits need may not lie behind what the pages before it have.
    @Test
    void shouldWriteToNoMoreOfItsTableThanItAsksFor() {
        FreeMap other = new FreeMap(address, 1, PAGES);
        assertEquals(0, FreeMap.tableBytes(0));
        for (long pages : new long[] {1, 1 << 12, (1 << 12) + 1, 1 << 18, (1 << 18) + 1, PAGES}) {
            map.add(pages - 1, 0);
            other.add(pages - 1, 0);
            long end = FreeMap.tableBytes(PAGES);
            while (getLong(address + end - Long.BYTES) == 0) {
                end -= Long.BYTES;
            }
            assertTrue(end <= FreeMap.tableBytes(pages), "pages " + pages);
        }
    }

    @Test
    void shouldDoAsASortedMapDoes() {
        long seed = System.nanoTime();
        try {
            new Program(new SplittableRandom(seed)).run();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed " + seed, failure);
        }
    }

    private final class Program {
        private final SplittableRandom random;
        private final TreeMap<Long, Integer> model = new TreeMap<>();
        private final BitSet taken = new BitSet(PAGES);

        Program(SplittableRandom random) {
            this.random = random;
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                // Mostly filling, then mostly emptying, and both near one place as well as everywhere.
                boolean isFilling = step / (STEPS / 8) % 2 == 0;
                if (random.nextInt(4) != 0 == isFilling) {
                    add();
                } else if (!model.isEmpty()) {
                    remove();
                }
                search();
            }
            check();
            while (!model.isEmpty()) {
                remove();
            }
            check();
        }

        private void add() {
            int order = random.nextInt(random.nextBoolean() ? 7 : 18);
            long page = random.nextInt(random.nextBoolean() ? 1 << 12 : PAGES) & -1L << order;
            int end = (int) page + (1 << order);
            if (end <= PAGES && taken.get((int) page, end).isEmpty()) {
                map.add(page, order);
                taken.set((int) page, end);
                model.put(page, order);
            }
        }

        private void remove() {
            Long page = model.ceilingKey((long) random.nextInt(PAGES));
            page = page == null ? model.firstKey() : page;
            int order = model.remove(page);
            map.remove(page, order);
            taken.clear((int) (long) page, (int) (page + (1L << order)));
        }

        private void search() {
            long page = random.nextInt(random.nextBoolean() ? 1 << 12 : PAGES);
            int orders = random.nextInt();
            int order = random.nextInt(18);
            List<Long> lowest = new ArrayList<>();
            for (var block : model.tailMap(page, true).entrySet()) {
                if ((orders >>> block.getValue() & 1) != 0) {
                    lowest.add(block.getKey());
                    break;
                }
            }
            long found = map.lowest(orders, page);
            assertEquals(lowest, found == FreeMap.NOTHING ? List.of() : List.of(FreeMap.page(found)), "from " + page);
            if (found != FreeMap.NOTHING) {
                assertEquals(model.get(FreeMap.page(found)), FreeMap.order(found));
            }
            long highest = FreeMap.NOTHING;
            for (var block : model.headMap(page, false).descendingMap().entrySet()) {
                if (block.getValue() == order) {
                    highest = block.getKey();
                    break;
                }
            }
            assertEquals(highest, map.highest(order, page), "order " + order + " below " + page);
            Integer here = model.get(page);
            assertEquals(here == null ? FreeMap.NOTHING : page << 5 | here, map.at(page), "at " + page);
        }

        private void check() {
            long pages = 0;
            for (int order = 0; order < FreeMap.ORDERS; order++) {
                int wanted = order;
                long blocks =
                        model.values().stream().filter(each -> each == wanted).count();
                assertEquals(blocks, map.verify(order, PAGES), "order " + order);
                assertEquals(blocks, map.blocks(order), "order " + order);
                pages += blocks << order;
            }
            assertEquals(pages, map.freePages());
        }
    }
}
