// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveSnapshot;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopPageTest {
    private static final ZoneId UTC = ZoneOffset.UTC;

    private static List<String> page(Frame frame, ClassOrder order) {
        return TopPage.lines(frame, order, 75, 10, 10, UTC);
    }

    private static Frame frame(LiveSnapshot now) {
        return new Frame(now, null, true, Snapshots.CREATED_MS + 3_000);
    }

    @Test
    void shouldShowWhatAProcessDoes() {
        LiveSnapshot before =
                Snapshots.ofSixtyFourMebibytes().withMallocs(1_000).build();
        LiveSnapshot now = Snapshots.ofSixtyFourMebibytes()
                .withMallocs(5_000)
                .at(3_000_000_000L)
                .withError(3, 1_000, "invalid free, double")
                .withError(1, 2_000, "out of memory,\nthe limit is reached")
                .withEvent("commit", 1_500_000_000, 0, 1 << 20, 42_000)
                .withEvent("adoption-ended", 1_600_000_000, -1, 0, 0)
                .build();
        // spotless:off
        assertEquals(
                """
                quarry "mine"  process 4711  up 3 s
                committed     64.0 MiB of 128.0 MiB (50.0 %), at most 80.0 MiB so far; pres

                live           32.0 MiB  50.0 % |####################                    |
                waste           4.0 MiB   6.3 % |                    ###                 |
                slabFree        4.0 MiB   6.3 % |                       ##               |
                lookaside       8.0 MiB  12.5 % |                         #####          |
                spanDirty       8.0 MiB  12.5 % |                              #####     |
                spanClean       6.0 MiB   9.4 % |                                   #### |
                quarantine          0 B   0.0 % |                                        |
                metadata        2.0 MiB   3.1 % |                                       #|

                a second: 4.0k mallocs, 0 frees (0 remote), 0 refills, 0 flushes, 0 commits
                so far:   10.0k mallocs, 0 frees (0 remote), 0 live blocks, 0 B purged
                          0 refused by the limit, 0 exhausted, 0 invalid frees; 0 arenas, 0

                  node    committed        dirty        clean       purged     full
                     0     60.0 MiB      8.0 MiB      6.0 MiB      1.0 MiB        0
                spread          0 B          0 B          0 B          0 B        3

                  slot   slabs      live      free      kept  live bytes  mallocs/s    free
                  1024       3        40         5         0    40.0 KiB       1.0k       1
                    16       2       100        50        10     1.6 KiB       2.0k       2

                errors, 2 of 2 distinct ones, the latest first
                        1 times, last 01:46:42: out of memory, the limit is reached
                        3 times, last 01:46:41: invalid free, double

                last events
                01:46:41.500 commit           node 0      1.0 MiB  detail 7, 42 us
                01:46:41.600 adoption-ended                  0 B  detail 7
                """,
                String.join("\n", page(new Frame(now, before, true, Snapshots.CREATED_MS + 3_000), ClassOrder.LIVE)) + "\n");
        // spotless:on
    }

    @Test
    void shouldMakeBarsThatAddUp() {
        for (int columns = 60; columns < 140; columns++) {
            int width = columns;
            List<String> bars = TopPage.lines(
                            frame(Snapshots.ofSixtyFourMebibytes()
                                    .with(LiveCounter.LIVE_BYTES, (32 << 20) - 12_345)
                                    .with(LiveCounter.IN_FLIGHT_BYTES, 12_345)
                                    .build()),
                            ClassOrder.LIVE,
                            width,
                            0,
                            0,
                            UTC)
                    .stream()
                    .filter(line -> line.contains("|"))
                    .toList();
            assertEquals(Bucket.ALL.size(), bars.size());
            long filled = bars.stream()
                    .mapToLong(
                            line -> line.chars().filter(letter -> letter == '#').count())
                    .sum();
            assertEquals(bars.get(0).length() - bars.get(0).indexOf('|') - 2, filled);
        }
    }

    @Test
    void shouldSortSizeClasses() {
        LiveSnapshot now = Snapshots.ofSixtyFourMebibytes().build();
        assertEquals(List.of("1024", "16"), slots(ClassOrder.LIVE, now));
        assertEquals(List.of("16", "1024"), slots(ClassOrder.MALLOCS, now));
        assertEquals(List.of("1024", "16"), slots(ClassOrder.FREE, now));
        assertEquals(List.of("16", "1024"), slots(ClassOrder.SLOT, now));
        assertEquals(ClassOrder.SLOT, ClassOrder.of('s', ClassOrder.LIVE));
        assertEquals(ClassOrder.LIVE, ClassOrder.of('x', ClassOrder.LIVE));
    }

    private static List<String> slots(ClassOrder order, LiveSnapshot now) {
        List<String> lines = page(frame(now), order);
        int heading = lines.stream()
                .map(String::strip)
                .toList()
                .indexOf(lines.stream()
                        .map(String::strip)
                        .filter(line -> line.startsWith("slot "))
                        .findFirst()
                        .orElseThrow());
        return lines.subList(heading + 1, heading + 3).stream()
                .map(line -> line.strip().split(" ")[0])
                .toList();
    }

    @Test
    void shouldSayWhatADeadProcessLeft() {
        LiveSnapshot left = Snapshots.ofSixtyFourMebibytes().cut().build();
        List<String> lines = page(new Frame(left, null, false, Snapshots.CREATED_MS + 90_000), ClassOrder.LIVE);
        assertEquals("quarry \"mine\"  process 4711  not running, last sign 2001-09-09 01:46:42", lines.get(0));
        assertTrue(lines.get(1).startsWith("! the figures were being written when the process died"), lines.get(1));
    }

    @Test
    void shouldSayWhenNothingNewComes() {
        LiveSnapshot now = Snapshots.ofSixtyFourMebibytes().build();
        List<String> lines = page(new Frame(now, null, true, Snapshots.CREATED_MS + 12_000), ClassOrder.LIVE);
        assertTrue(lines.get(1).startsWith("! nothing new for 10 s"), lines.get(1));
        assertFalse(page(frame(now), ClassOrder.LIVE).get(1).startsWith("!"));
    }

    @Test
    void shouldNotPassControlCharactersToTheTerminal() {
        LiveSnapshot now =
                Snapshots.ofSixtyFourMebibytes().withError(1, 0, "\033[2Jgone").build();
        assertTrue(page(frame(now), ClassOrder.LIVE).stream()
                .allMatch(line -> line.chars().noneMatch(Character::isISOControl)));
    }

    @Test
    void shouldWriteAFrameAsOneLine() {
        LiveSnapshot before =
                Snapshots.ofSixtyFourMebibytes().withMallocs(1_000).build();
        LiveSnapshot now = Snapshots.ofSixtyFourMebibytes()
                .withMallocs(2_000)
                .at(2_000_000_000)
                .withError(3, 1_000, "invalid free, double")
                .build();
        List<String> heading = List.of(BatchTable.heading().split(" +"));
        List<String> line = List.of(BatchTable.line(new Frame(now, before, true, Snapshots.CREATED_MS), UTC)
                .split(" +"));
        assertEquals(heading.size(), line.size());
        assertEquals("01:46:40", line.get(heading.indexOf("time")));
        assertEquals(Long.toString(64 << 20), line.get(heading.indexOf("committed")));
        assertEquals(Long.toString(32 << 20), line.get(heading.indexOf("live")));
        assertEquals("2000", line.get(heading.indexOf("mallocs/s")));
        assertEquals("3", line.get(heading.indexOf("errors")));
    }

    @Test
    void shouldWriteNumbersForPeople() {
        assertEquals("1023 B", Units.bytes(1_023));
        assertEquals("-1.5 KiB", Units.bytes(-1_536));
        assertEquals("2.0 TiB", Units.bytes(2.0 * (1L << 40)));
        assertEquals("999", Units.count(999));
        assertEquals("1.5k", Units.count(1_500));
        assertEquals("999 ns", Units.duration(999));
        assertEquals("3 ms", Units.duration(3_456_000));
        assertEquals("1.5 s", Units.duration(1_500_000_000));
        assertEquals("1 min 5 s", Units.age(65_999));
        assertEquals("2 h 3 min", Units.age((2 * 3_600 + 3 * 60 + 59) * 1_000L));
    }
}
