// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [NativeMemory] promises. One subclass for each implementation.
abstract class NativeMemoryContract {
    /// A reservation of this many OS pages is there in each test, and all of it is given back at the end.
    private static final int PAGES = 64;

    NativeMemory memory;
    int osPageBytes;
    long address;
    long byteSize;

    /// The implementation under test.
    abstract NativeMemory create();

    @BeforeEach
    final void reserve() {
        memory = create();
        osPageBytes = memory.osPageBytes();
        byteSize = (long) PAGES * osPageBytes;
        address = memory.reserve(byteSize, osPageBytes);
    }

    @AfterEach
    final void release() {
        memory.release(address, byteSize);
    }

    final long page(int index) {
        return address + (long) index * osPageBytes;
    }

    final void fill(long from, long bytes, long seed) {
        for (long at = from; at < from + bytes; at += Long.BYTES) {
            RawMemory.putLong(at, seed + at - from);
        }
    }

    final void assertFilled(long from, long bytes, long seed) {
        for (long at = from; at < from + bytes; at += Long.BYTES) {
            assertEquals(seed + at - from, RawMemory.getLong(at), "offset " + (at - from));
        }
    }

    final void assertZero(long from, long bytes) {
        for (long at = from; at < from + bytes; at += Long.BYTES) {
            assertEquals(0, RawMemory.getLong(at), "offset " + (at - from));
        }
    }

    @Test
    void shouldDescribeItself() {
        assertFalse(memory.description().isBlank());
        assertEquals(1, Integer.bitCount(osPageBytes), "OS page of " + osPageBytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4096, 1 << 16, 1 << 21, 1 << 24})
    void shouldAlignWhenReserving(long byteAlignment) {
        long aligned = memory.reserve(byteSize, byteAlignment);
        try {
            assertEquals(0, aligned % byteAlignment);
            assertEquals(0, aligned % osPageBytes);
            memory.commit(aligned, byteSize);
            fill(aligned, byteSize, 1);
            assertFilled(aligned, byteSize, 1);
        } finally {
            memory.release(aligned, byteSize);
        }
    }

    @Test
    void shouldReadZeroWhenCommittedFirst() {
        memory.commit(page(1), 2L * osPageBytes);

        assertZero(page(1), 2L * osPageBytes);
    }

    @Test
    void shouldKeepContentsWhenCommittedAgain() {
        memory.commit(address, osPageBytes);
        fill(address, osPageBytes, 7);

        memory.commit(address, byteSize);

        assertFilled(address, osPageBytes, 7);
        assertZero(page(1), byteSize - osPageBytes);
    }

    @Test
    void shouldReadZeroAndStayUsableWhenPurged() {
        memory.commit(address, byteSize);
        fill(address, byteSize, 3);

        memory.purge(page(2), 3L * osPageBytes);

        assertFilled(address, 2L * osPageBytes, 3);
        assertZero(page(2), 3L * osPageBytes);
        assertFilled(page(5), osPageBytes, 3 + 5L * osPageBytes);
        fill(page(2), 3L * osPageBytes, 9);
        assertFilled(page(2), 3L * osPageBytes, 9);
    }

    @Test
    void shouldMoveContentsWhenRemapped() {
        memory.commit(address, byteSize);
        fill(page(0), 8L * osPageBytes, 5);
        fill(page(20), 8L * osPageBytes, 6);
        if (!memory.canRemap()) {
            assertThrows(UnsupportedOperationException.class, () -> memory.remap(page(0), page(20), 8L * osPageBytes));
            assertFilled(page(0), 8L * osPageBytes, 5);
            return;
        }

        memory.remap(page(0), page(20), 8L * osPageBytes);

        assertFilled(page(20), 8L * osPageBytes, 5);
        assertZero(page(0), 8L * osPageBytes);
        fill(page(0), 8L * osPageBytes, 8);
        assertFilled(page(0), 8L * osPageBytes, 8);
        assertFilled(page(20), 8L * osPageBytes, 5);
    }

    @Test
    void shouldRefuseToRemapWhenNewRangeIsLocked() {
        if (memory.canRemap()) {
            memory.commit(address, byteSize);
            fill(page(0), osPageBytes, 5);
            fill(page(1), osPageBytes, 6);
            memory.lock(page(1), osPageBytes);

            NativeMemoryException e =
                    assertThrows(NativeMemoryException.class, () -> memory.remap(page(0), page(1), osPageBytes));

            assertTrue(e.is(Errno.EINVAL), e.getMessage());
            assertFilled(page(0), osPageBytes, 5);
            assertFilled(page(1), osPageBytes, 6);
            memory.unlock(page(1), osPageBytes);
        }
    }

    @Test
    void shouldKeepContentsWhenPopulatedOrNamed() {
        memory.commit(address, byteSize);
        fill(address, osPageBytes, 11);

        memory.populate(address, byteSize);
        memory.name(address, byteSize, "contract [$`\\] test");

        assertFilled(address, osPageBytes, 11);
        assertZero(page(1), byteSize - osPageBytes);
    }

    @Test
    void shouldCountResidentBytesWhenWritten() {
        memory.commit(address, byteSize);
        fill(page(4), 4L * osPageBytes, 13);

        assertEquals(4L * osPageBytes, memory.residentBytes(page(4), 4L * osPageBytes));
        long all = memory.residentBytes(address, byteSize);
        assertTrue(all >= 4L * osPageBytes && all <= byteSize && all % osPageBytes == 0, "resident: " + all);
    }

    @Test
    void shouldRefuseUseWhenReleased() {
        long released = memory.reserve(byteSize, osPageBytes);
        memory.release(released, byteSize);

        assertThrows(RuntimeException.class, () -> memory.residentBytes(released, byteSize));
    }

    @Test
    void shouldSayNoMemoryWhenReservingMoreThanAnyMachineHas() {
        NativeMemoryException e =
                assertThrows(NativeMemoryException.class, () -> memory.reserve(1L << 62, osPageBytes));

        assertEquals(OsCall.RESERVE, e.call());
        assertTrue(e.is(Errno.ENOMEM), e.getMessage());
        assertEquals(1L << 62, e.byteSize());
        assertTrue(e.getMessage().startsWith("mmap of 4 EiB failed: ENOMEM (12) "), e.getMessage());
    }

    @Test
    void shouldSayNoMemoryWhenSizeAndAlignmentOverflow() {
        long most = Long.MAX_VALUE & -osPageBytes;

        NativeMemoryException e = assertThrows(NativeMemoryException.class, () -> memory.reserve(most, 1L << 62));

        assertTrue(e.is(Errno.ENOMEM), e.getMessage());
    }

    @Test
    void shouldRefuseWhatIsNoReservation() {
        assertThrows(IllegalArgumentException.class, () -> memory.reserve(0, osPageBytes));
        assertThrows(IllegalArgumentException.class, () -> memory.reserve(-osPageBytes, osPageBytes));
        assertThrows(IllegalArgumentException.class, () -> memory.reserve(osPageBytes + 1L, osPageBytes));
        for (long noPowerOfTwo : new long[] {0, -1, 3, 12_288, Long.MIN_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> memory.reserve(osPageBytes, noPowerOfTwo));
            assertTrue(e.getMessage().contains("alignment " + noPowerOfTwo), e.getMessage());
        }
    }

    @Test
    void shouldRefuseWhatIsNoRange() {
        List<LongConsumer> callsByAddress = List.of(
                at -> memory.commit(at, osPageBytes),
                at -> memory.purge(at, osPageBytes),
                at -> memory.release(at, osPageBytes),
                at -> memory.lock(at, osPageBytes),
                at -> memory.unlock(at, osPageBytes),
                at -> memory.populate(at, osPageBytes),
                at -> memory.bind(at, osPageBytes, Placement.BIND, NodeSet.of(0)),
                at -> memory.nodesOf(at, 1, new int[1]),
                at -> memory.move(at, osPageBytes, 0),
                at -> memory.name(at, osPageBytes, "x"),
                at -> memory.hugePages(at, osPageBytes, true),
                at -> memory.collapse(at, osPageBytes),
                at -> memory.residentBytes(at, osPageBytes));
        for (LongConsumer call : callsByAddress) {
            assertThrows(IllegalArgumentException.class, () -> call.accept(address + 8));
            assertThrows(IllegalArgumentException.class, () -> call.accept(0));
            assertThrows(IllegalArgumentException.class, () -> call.accept(-osPageBytes));
        }
        List<LongConsumer> callsBySize = List.of(
                size -> memory.commit(address, size),
                size -> memory.purge(address, size),
                size -> memory.release(address, size),
                size -> memory.bind(address, size, Placement.LOCAL, NodeSet.empty()),
                size -> memory.move(address, size, 0),
                size -> memory.residentBytes(address, size));
        for (LongConsumer call : callsBySize) {
            assertThrows(IllegalArgumentException.class, () -> call.accept(0));
            assertThrows(IllegalArgumentException.class, () -> call.accept(100));
            assertThrows(IllegalArgumentException.class, () -> call.accept(-osPageBytes));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Placement.class, mode = EnumSource.Mode.EXCLUDE, names = "LOCAL")
    void shouldRefuseToBindWhenNoNodeIsNamed(Placement placement) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> memory.bind(address, byteSize, placement, NodeSet.empty()));

        assertEquals("placement " + placement + " needs at least one node", e.getMessage());
    }

    @Test
    void shouldRefuseToTellNodesWhenArrayIsTooShortOrNoPageIsAskedFor() {
        assertThrows(IllegalArgumentException.class, () -> memory.nodesOf(address, 2, new int[1]));
        assertThrows(IllegalArgumentException.class, () -> memory.nodesOf(address, 0, new int[1]));
        assertThrows(IllegalArgumentException.class, () -> memory.nodesOf(address, -1, new int[1]));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, NodeSet.MAX_NODES})
    void shouldRefuseToMoveWhenNoNodeHasSuchAnId(int node) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> memory.move(address, byteSize, node));

        assertEquals("a node's id is from 0 to 1023, not " + node, e.getMessage());
    }

    @Test
    void shouldNotKnowWhatIsFreeWhenThereIsNoSuchNode() {
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(-1));
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(1023));
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(Integer.MAX_VALUE));
    }

    @Test
    void shouldRefuseToRemapWhenRangesOverlap() {
        memory.commit(address, byteSize);
        if (memory.canRemap()) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> memory.remap(page(0), page(1), 2L * osPageBytes));
            assertTrue(e.getMessage().endsWith("overlap"), e.getMessage());
            memory.remap(page(2), page(0), 2L * osPageBytes);
        } else {
            assertThrows(UnsupportedOperationException.class, () -> memory.remap(page(2), page(0), osPageBytes));
        }
    }

    @Test
    void shouldKnowCpuAndTime() {
        long before = memory.nanoTime();

        assertTrue(memory.currentCpu() >= 0);
        assertTrue(memory.nanoTime() - before >= 0);
    }
}
