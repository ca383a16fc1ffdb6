// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.memory.PlannedAllocator.Freed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each case finds the waste of an allocator whose waste is known.
class MemoryCaseTest {
    private static final double EXACT = 1e-12;

    private static Map<String, @Nullable Object> run(MemoryCase memoryCase, PlannedAllocator allocator) {
        Measurement measurement = new Measurement(allocator, Scale.TINY, Thread::new, allocator::heldBytes);
        return MemoryRun.run(memoryCase, measurement, allocator);
    }

    private static Map<?, ?> facts(MemoryCase memoryCase, PlannedAllocator allocator) {
        return member(run(memoryCase, allocator), "facts");
    }

    private static Map<?, ?> member(Map<?, ?> result, String name) {
        return assertInstanceOf(Map.class, result.get(name));
    }

    private static void assertFigure(double expected, Map<?, ?> facts, String name) {
        assertEquals(expected, assertInstanceOf(Double.class, facts.get(name)), EXACT, name);
    }

    /// The frame itself refuses a case that leaves a block: the allocator counts them.
    @ParameterizedTest
    @EnumSource
    void shouldLeaveNoBlockAndTellItsFigure(MemoryCase memoryCase) {
        Map<String, @Nullable Object> result = run(memoryCase, new PlannedAllocator(1, Freed.GONE));
        assertTrue(assertInstanceOf(Long.class, result.get("requestedBytes")) > 0);
        assertEquals(result.get("requestedBytes"), result.get("usableBytes"), "a granule of a byte wastes nothing");
        assertInstanceOf(Double.class, member(result, "facts").get(Figure.NAME));
        assertInstanceOf(String.class, member(result, "facts").get(Figure.MEANING));
        if (memoryCase != MemoryCase.BURST_TRAFFIC) { // whose traffic counts as nobody's request
            assertEquals(
                    member(result, "end").get("requestedBytes"),
                    member(result, "end").get("residentBytes"),
                    "an allocator that holds what is requested, and nothing else");
        }
    }

    @Test
    void shouldFindNoWasteWhereHolesServe() {
        Map<?, ?> facts = facts(MemoryCase.ROBSON, new PlannedAllocator(1, Freed.GONE));
        assertFigure(1, facts, Figure.NAME);
        assertFigure(1, facts, Figure.COMMITTED_NAME);
    }

    /// Each of the five stages takes half of what the one before took.
    @Test
    void shouldFindWhatHolesCostThatServeNobody() {
        Map<?, ?> facts = facts(MemoryCase.ROBSON, new PlannedAllocator(1, Freed.LOST));
        assertFigure(1 + 1 / 2.0 + 1 / 4.0 + 1 / 8.0 + 1 / 16.0, facts, Figure.NAME);
    }

    /// One that begins with a large chunk does not have it free.
    @Test
    void shouldCountWhatTheAllocatorHeldBefore() {
        PlannedAllocator allocator = new PlannedAllocator(1, Freed.LOST);
        BlockTable table = allocator.newTable(1);
        table.allocate(0, 1 << 20);
        table.freeAll();
        assertFigure(1 + 1.9375, facts(MemoryCase.ROBSON, allocator), Figure.NAME);
    }

    @Test
    void shouldTellWhetherTheFreedHalfGoesBack() {
        Map<?, ?> kept = facts(MemoryCase.ALTERNATE_FREE, new PlannedAllocator(1, Freed.LOST));
        assertFigure(2, kept, Figure.NAME);
        assertEquals(0L, kept.get("residentFallBytes"));
        Map<?, ?> trimmed = facts(MemoryCase.ALTERNATE_FREE, new PlannedAllocator(1, Freed.GONE_WITH_TRIM));
        assertFigure(1, trimmed, Figure.NAME);
        assertEquals(trimmed.get("freedBytes"), trimmed.get("residentFallBytes"));
        assertFigure(1, trimmed, "committedFallOverResidentFall");
    }

    @Test
    void shouldHoldSurvivorsToTheirBound() {
        Map<?, ?> small = facts(MemoryCase.KEEP_ONE, new PlannedAllocator(1024, Freed.GONE_WITH_TRIM));
        assertEquals(true, small.get("isWithinBound"));
        assertEquals(1024L, small.get("residentBytesASurvivor"));
        assertEquals(3 * (32L << 20) + (10L << 20) + 2000, small.get("boundBytes"));
    }

    /// Of three steps of 2 MiB, the first is freed and half of the second; nothing of it serves the third.
    @Test
    void shouldFindWhatTheNextStepCouldNotUse() {
        Map<String, @Nullable Object> result = run(MemoryCase.REALIZED, new PlannedAllocator(1, Freed.LOST));
        assertEquals(3 * (2L << 20), member(result, "peak").get("residentBytes"));
        assertEquals(
                (2L << 20) + half(result),
                member(result, "end").get("requestedBytes"),
                "the last step and the half that stays");
    }

    private static long half(Map<String, @Nullable Object> result) {
        Map<?, ?> stage = stage(result, "half of the small freed");
        long bytes = assertInstanceOf(Long.class, stage.get("requestedBytes"));
        assertTrue(bytes > 9 << 16 && bytes < 23 << 16, () -> bytes + " of 2 MiB stay");
        return bytes;
    }

    private static Map<?, ?> stage(Map<String, @Nullable Object> result, String name) {
        for (Object stage : assertInstanceOf(List.class, result.get("stages"))) {
            if (stage instanceof Map<?, ?> members && name.equals(members.get("stage"))) {
                return members;
            }
        }
        throw new AssertionError("no stage " + name);
    }

    @Test
    void shouldCompareWhatAnAllocatorSaysWithWhatItGivesBack() {
        Map<?, ?> facts = facts(MemoryCase.RELEASE, new PlannedAllocator(1, Freed.GONE_WITH_TRIM));
        long requested = assertInstanceOf(Long.class, facts.get("residentFallBytes"));
        assertEquals(facts.get("residentFallBytes"), facts.get("committedFallBytes"));
        assertFigure((1 << 20) / (double) requested, facts, Figure.NAME); // nothing, which counts as a mebibyte
        assertFigure(1, facts, "committedFallOverResidentFall");
        assertFigure(1, facts(MemoryCase.RELEASE, new PlannedAllocator(1, Freed.LOST)), Figure.NAME);
    }

    @Test
    void shouldCountThePagesThatARefillTook() {
        Map<?, ?> facts = facts(MemoryCase.PACKING, new PlannedAllocator(1, Freed.GONE));
        long filled = 8 * (4096 + 1024 + 256 + 64);
        long refilled = filled - 4 * 8;
        assertFigure((filled + refilled) / (double) filled, facts, Figure.NAME);
        assertEquals(8 * 4095, member(facts, "newPages").get("16 bytes"));
        Map<?, ?> reused = member(facts, "partOfAddressesReused");
        assertFigure(0, reused, "16 bytes");
        assertFigure(1 - 1.0 / (8 * 4095), member(facts, "partOfAddressesAboveTheOneBefore"), "16 bytes");
    }

    @Test
    void shouldGiveThePartThatTheUserWrote() {
        Map<?, ?> tight = member(facts(MemoryCase.REDIS, new PlannedAllocator(1, Freed.GONE)), "efficiency");
        Map<?, ?> loose = member(facts(MemoryCase.REDIS, new PlannedAllocator(4096, Freed.GONE)), "efficiency");
        // Of what is requested for a value of 1 to 32 characters, 12 + 16.5 of 16 + 32 + 36.5 bytes on the average.
        assertEquals(28.5 / 84.5, written(tight, 32), 0.01);
        assertEquals(28.5 / (3 * 4096), written(loose, 32), 0.001);
        assertTrue(written(tight, 16384) > 0.98, () -> "" + tight);
    }

    private static double written(Map<?, ?> efficiency, int lengthLimit) {
        return assertInstanceOf(
                Double.class, member(efficiency, "lengths to " + lengthLimit).get("writtenOverUsable"));
    }

    @Test
    void shouldTellWhetherPhasesServeEachOther() {
        Map<?, ?> facts = facts(MemoryCase.PHASE, new PlannedAllocator(1, Freed.LOST));
        assertTrue(assertInstanceOf(Double.class, facts.get("residentOfLastPhaseOverFirst")) > 1.9, () -> "" + facts);
        assertFigure(2, facts, "checkerboardResidentOverRequested", 1e-4);
    }

    private static void assertFigure(double expected, Map<?, ?> facts, String name, double tolerance) {
        assertEquals(expected, assertInstanceOf(Double.class, facts.get(name)), tolerance, name);
    }

    @Test
    void shouldTellWhatThreadsKeep() {
        PlannedAllocator allocator = new PlannedAllocator(1, Freed.GONE_WITH_TRIM);
        Map<String, @Nullable Object> result = run(MemoryCase.STRANDING, allocator);
        Map<?, ?> facts = member(result, "facts");
        assertEquals(result.get("requestedBytes"), facts.get("strandedBytes"));
        assertEquals(0L, facts.get("strandedBytesAfterTrim"));
        assertFigure(assertInstanceOf(Long.class, facts.get("strandedBytes")) / 2.0, facts, Figure.NAME);
    }

    @ParameterizedTest
    @EnumSource(names = {"BURST_IDLE", "BURST_TRAFFIC"})
    void shouldReadWhatABurstLeaves(MemoryCase memoryCase) {
        Map<String, @Nullable Object> result = run(memoryCase, new PlannedAllocator(1, Freed.LOST));
        long peakBytes = assertInstanceOf(Long.class, member(result, "peak").get("requestedBytes"));
        assertTrue(peakBytes >= 4 << 20 && peakBytes < 5 << 20, () -> peakBytes + " bytes at the peak");
        assertTrue(
                assertInstanceOf(Long.class, member(result, "end").get("residentBytes")) >= peakBytes,
                "nothing was given back");
        assertEquals(1, assertInstanceOf(List.class, result.get("series")).size());
    }

    @Test
    void shouldWeighSizesByTheirDistribution() {
        Map<?, ?> rows =
                member(facts(MemoryCase.INTERNAL, new PlannedAllocator(16, Freed.GONE)), "usableOverRequested");
        assertFigure(16, member(rows, "uniform"), "worst");
        assertFigure(144 / 129.0, member(rows, "uniform"), "worstAbove128");
        // A request is rounded up by 7.5 bytes on the average, and the mean of all is 32,768.5.
        assertFigure(1 + 7.5 / 32768.5, member(rows, "uniform"), "bytes");
        // Of W8's sizes 5 to 8 bytes are half, 9 to 16 a quarter; all of them take 16.
        assertFigure(16 / 5.0, member(rows, "alloc-test"), "worst");
        // W10's smallest size is 4 bytes.
        assertFigure(4, member(rows, "glibc-thread"), "worst");
    }

    @Test
    void shouldRefuseAnAllocatorThatLosesAFree() {
        PlannedAllocator forgetful = new PlannedAllocator(1, Freed.GONE) {
            @Override
            void give(long address) {}
        };
        assertThrows(IllegalStateException.class, () -> run(MemoryCase.ROBSON, forgetful));
    }
}
