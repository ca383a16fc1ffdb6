// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratorsTest {
    private static final int DRAWS = 100_000;

    @Test
    void shouldTakeRemaindersOfUnsignedNumbers() {
        Mix64 random = new Mix64(43);
        for (int i = 0; i < DRAWS; i++) {
            long value = random.next();
            for (int divisor : new int[] {5, 7, 100, 1_000}) {
                assertEquals(Long.remainderUnsigned(value, divisor), Mix64.remainder(value, divisor));
            }
            assertEquals(Long.remainderUnsigned(value, 100), Mix64.remainderBy100(value));
            assertEquals(Long.remainderUnsigned(~i, 100), Mix64.remainderBy100(~i));
            assertEquals(i % 100, Mix64.remainderBy100(i));
        }
    }

    @Test
    void shouldSayYesOnceMoreInAHundredThanAsked() {
        Mix64 random = new Mix64(43);
        long yes = IntStream.range(0, DRAWS).filter(i -> random.chance(50)).count();
        assertEquals(0.51, (double) yes / DRAWS, 0.01);
    }

    @Test
    void shouldDrawFromTheWholeRangeOfLarsonsNumbers() {
        Lran2 random = new Lran2(4_141);
        int[] numbers = IntStream.range(0, DRAWS).map(i -> random.next()).toArray();
        assertTrue(Arrays.stream(numbers).min().orElseThrow() >= 0);
        assertTrue(Arrays.stream(numbers).max().orElseThrow() < 714_025);
        assertEquals(714_024 / 2.0, Arrays.stream(numbers).average().orElseThrow(), 5_000);
    }

    @Test
    void shouldDrawMostlySmallSizes() {
        ParetoRandom random = new ParetoRandom(41);
        int[] sizes = IntStream.range(0, DRAWS)
                .map(i -> ParetoRandom.byteSize(random.next()))
                .toArray();
        assertTrue(Arrays.stream(sizes).min().orElseThrow() == 5);
        assertTrue(Arrays.stream(sizes).max().orElseThrow() <= 1_024);
        assertEquals(27, Arrays.stream(sizes).average().orElseThrow(), 1);
        assertEquals(0.5, Arrays.stream(sizes).filter(size -> size <= 8).count() / (double) DRAWS, 0.01);
    }

    @Test
    void shouldGoToTheSameFewSlots() {
        ParetoRandom random = new ParetoRandom(41);
        int[] starts = ParetoRandom.levelStarts(1 << 17);
        assertArrayEquals(new int[] {0, 8, 209, 2_222, 12_960, 45_172, 96_712, 131_072}, starts);
        long[] thresholds = ParetoRandom.levelThresholds();
        int[] slots = IntStream.range(0, DRAWS)
                .map(i -> random.slot(thresholds, starts))
                .toArray();
        assertEquals(0.262, Arrays.stream(slots).filter(slot -> slot < 8).count() / (double) DRAWS, 0.01);
        assertTrue(Arrays.stream(slots).max().orElseThrow() < 1 << 17);
    }

    @Test
    void shouldDrawSizesByTheInverseSquare() {
        assertEquals(4, GlibcThread.byteSize(0));
        assertEquals(7, GlibcThread.byteSize(1L << 30)); // the median is just below 8
        assertEquals(32_767, GlibcThread.byteSize((1L << 31) - 1));
    }

    @Test
    void shouldDrawSizesOfBursts() {
        SplitMix64 random = new SplitMix64(3);
        int[] sizes = IntStream.range(0, DRAWS)
                .map(i -> Rptest.byteSize(random.next31(), random.next31(), random.next31()))
                .sorted()
                .toArray();
        assertTrue(sizes[0] >= 8 && sizes[DRAWS - 1] < 16_000);
        double mean = 8 + (16_000 - 8) / 6.0; // of u2 a half, of |1 - u0 - u1| a third
        assertEquals(mean, Arrays.stream(sizes).average().orElseThrow(), 50);
    }

    @Test
    void shouldTellRoundsAsIfEachHadDoneTheSame() {
        Round[] rounds = {new Round(100, 1_000, 0), new Round(50, 1_000, 0), new Round(100, 900, 0)};
        assertArrayEquals(new long[] {1_000, 2_000, 900}, WorkloadRun.timesOfEqualWork(rounds));
    }
}
