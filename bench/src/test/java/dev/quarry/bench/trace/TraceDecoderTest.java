// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TraceDecoderTest {
    private static TraceBytes sound() {
        return new TraceBytes()
                .slots(2)
                .allocate(0, 100)
                .allocate(1, 50)
                .free(0)
                .free(1);
    }

    private static Trace decode(byte[] content) throws TraceFormatException {
        return new TraceDecoder("dir/test.qtr.gz", "test", content).decode();
    }

    private static void assertRefused(String sentence, TraceBytes content) {
        assertRefused(sentence, content.unpacked());
    }

    private static void assertRefused(String sentence, byte[] content) {
        TraceFormatException e = assertThrows(TraceFormatException.class, () -> decode(content));
        assertEquals("dir/test.qtr.gz: " + sentence, e.getMessage());
    }

    @Test
    void shouldKeepOperationsAndSizes() throws TraceFormatException {
        Trace trace = decode(sound().unpacked());
        assertArrayEquals(new int[] {0, 100, 1, 50, 1 << 30, 1 << 30 | 1}, trace.words());
        assertEquals(2, trace.slotCount());
        assertEquals(4, trace.operations());
    }

    @Test
    void shouldFindThePeakBehindTheOperationThatReachesIt() throws TraceFormatException {
        Trace trace = decode(new TraceBytes()
                .slots(3)
                .allocate(0, 100)
                .free(0)
                .allocate(1, 60)
                .reallocate(1, 90)
                .allocate(0, 20)
                .free(0)
                .allocate(2, 20)
                .unpacked());
        assertEquals(110, trace.peak().liveBytes());
        assertEquals(9, trace.peak().wordIndex());
    }

    @Test
    void shouldTakeOutThreadSwitches() throws TraceFormatException {
        Trace trace = decode(new TraceBytes()
                .slots(1)
                .switchThread(1)
                .allocate(0, 8)
                .switchThread(0)
                .free(0)
                .unpacked());
        assertArrayEquals(new int[] {0, 8, 1 << 30}, trace.words());
    }

    @Test
    void shouldAppendFreesForWhatIsLiveAtTheEnd() throws TraceFormatException {
        Trace trace =
                decode(new TraceBytes().slots(2).allocate(1, 8).allocate(0, 0).unpacked());
        assertArrayEquals(new int[] {1, 8, 0, 0, 1 << 30, 1 << 30 | 1}, trace.words());
        assertEquals(4, trace.operations());
    }

    @Test
    void shouldTakeSizesAsUnsigned() throws TraceFormatException {
        assertEquals(
                0xffff_fff0L,
                decode(new TraceBytes().slots(1).allocate(0, 0xffff_fff0).unpacked())
                        .peak()
                        .liveBytes());
    }

    @Test
    void shouldRefuseFileWithoutHeader() {
        assertRefused(
                "byte 23 of the unpacked trace: expected a header of 24 bytes, found the end of the file",
                new byte[23]);
    }

    @Test
    void shouldRefuseOtherMagic() {
        // As a machine of the other byte order would write it.
        assertRefused(
                "byte 0 of the unpacked trace: expected the letters QTRC of a trace, found 0x43525451",
                sound().magic("CRTQ"));
        assertRefused(
                "byte 0 of the unpacked trace: expected the letters QTRC of a trace, found 0x504b0304",
                sound().magic("PK\3\4"));
    }

    @Test
    void shouldRefuseOtherVersion() {
        assertRefused("byte 4 of the unpacked trace: expected version 1, found version 2", sound().version(2));
    }

    @Test
    void shouldRefuseMoreSlotsThanOperations() {
        assertRefused("byte 8 of the unpacked trace: expected 1 to 4 slots, found 4294967295", sound().slots(-1));
        assertRefused("byte 8 of the unpacked trace: expected 1 to 4 slots, found 0", sound().slots(0));
    }

    @Test
    void shouldRefuseOperationsThatDoNotFitTheFile() {
        assertRefused(
                "byte 12 of the unpacked trace: expected 1 to 6 operations in 6 words, found 7", sound().operations(7));
        assertRefused(
                "byte 12 of the unpacked trace: expected 1 to 0 operations in 0 words, found 0", new TraceBytes());
    }

    @Test
    void shouldRefuseOtherNumberOfOperations() {
        assertRefused(
                "byte 48 of the unpacked trace: expected 5 operations, as the header says, found 4",
                sound().operations(5));
    }

    @Test
    void shouldRefuseSlotOutOfRange() {
        assertRefused(
                "byte 24 of the unpacked trace: expected a slot below 1, found slot 1",
                new TraceBytes().slots(1).allocate(1, 8));
    }

    @Test
    void shouldRefuseThreadOutOfRange() {
        assertRefused(
                "byte 32 of the unpacked trace: expected a thread below 2, found thread 2",
                new TraceBytes().slots(1).allocate(0, 8).switchThread(2));
    }

    @Test
    void shouldRefuseFreeOfEmptySlot() {
        assertRefused(
                "byte 36 of the unpacked trace: expected a live block in slot 0 to free, found an empty slot",
                new TraceBytes().slots(1).allocate(0, 8).free(0).free(0));
    }

    @Test
    void shouldRefuseReallocationOfEmptySlot() {
        assertRefused(
                "byte 32 of the unpacked trace: expected a live block in slot 1 to reallocate, found an empty slot",
                new TraceBytes().slots(2).allocate(0, 8).reallocate(1, 8));
    }

    @Test
    void shouldRefuseAllocationIntoLiveSlot() {
        assertRefused(
                "byte 32 of the unpacked trace: expected slot 0 to be empty for an allocation, found a live block in it",
                new TraceBytes().slots(1).allocate(0, 8).allocate(0, 8));
    }

    @Test
    void shouldRefuseMissingSizeWord() {
        assertRefused(
                "byte 36 of the unpacked trace: expected the size word of an allocation, found 0 bytes before the end"
                        + " of the file",
                new TraceBytes().slots(2).allocate(0, 8).allocate(1, 8).unpackedWithout(4));
        assertRefused(
                "byte 36 of the unpacked trace: expected the size word of a reallocation, found 2 bytes before the end"
                        + " of the file",
                new TraceBytes().slots(1).allocate(0, 8).reallocate(0, 8).unpackedWithout(2));
    }

    @Test
    void shouldRefuseTruncatedWord() {
        assertRefused(
                "byte 44 of the unpacked trace: expected a word of 4 bytes, found 3 bytes before the end of the file",
                sound().unpackedWithout(1));
    }
}
