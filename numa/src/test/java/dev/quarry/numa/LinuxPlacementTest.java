// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Placement by the real kernel, on whatever nodes this machine has: one is enough. Sandboxes may forbid the calls.
class LinuxPlacementTest {
    /// More than the pages of two calls, and no multiple of those of one.
    private static final int PAGES = 1200;

    /// A node that no machine has which these tests run on.
    private static final int ABSENT = 1000;

    private final NativeMemory memory = NativeMemory.system();
    private final int osPageBytes = memory.osPageBytes();
    private final long byteSize = (long) PAGES * osPageBytes;
    private final NodeSet withMemory = NodeSet.of(
            Topology.read().nodes().stream().filter(NumaNode::hasMemory).mapToInt(NumaNode::id));
    private final int node = withMemory.first();

    private long address;

    @BeforeEach
    void reserve() {
        assumeFalse(memory.isPortable(), "this machine has no Linux that is known");
        address = memory.reserve(byteSize, osPageBytes);
        memory.commit(address, byteSize);
        try {
            // Automatic balancing leaves alone what is bound; it may move the rest, or hide it from move_pages.
            memory.bind(address, byteSize, Placement.BIND, withMemory);
            memory.nodesOf(address, 1, new int[1]);
        } catch (NativeMemoryException e) {
            memory.release(address, byteSize);
            if (e.is(Errno.EPERM) || e.is(Errno.ENOSYS)) {
                abort("placing memory is not allowed here: " + e.getMessage());
            }
            throw e;
        }
        memory.hugePages(address, byteSize, false);
    }

    @AfterEach
    void release() {
        memory.release(address, byteSize);
    }

    private int[] nodes() {
        int[] nodes = new int[PAGES];
        memory.nodesOf(address, PAGES, nodes);
        return nodes;
    }

    /// What the kernel notes of the mapping of an address: its policy, and the pages of it on each node.
    private static String numaMap(long address) throws IOException {
        String start = Long.toHexString(address) + " ";
        return Files.readAllLines(Path.of("/proc/self/numa_maps")).stream()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .map(line -> line + " ")
                .orElse("no mapping at " + start);
    }

    private static void assertFails(OsCall call, Errno errno, Executable executable) {
        NativeMemoryException e = assertThrows(NativeMemoryException.class, executable);
        assertEquals(call, e.call());
        assertTrue(e.is(errno), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"BIND, bind:", "PREFERRED, prefer:", "INTERLEAVE, interleave:"})
    void shouldShowThePlacementToTheKernelAndPlaceThere(Placement placement, String policy) throws IOException {
        memory.bind(address, byteSize, placement, NodeSet.of(node));
        memory.populate(address, byteSize);

        String line = numaMap(address);
        assertTrue(line.contains(" " + policy + node + " "), line);
        assertTrue(line.contains(" N" + node + "=" + PAGES + " "), line);
        assertTrue(Arrays.stream(nodes()).allMatch(found -> found == node));

        memory.bind(address, byteSize, Placement.LOCAL, NodeSet.empty());

        assertTrue(numaMap(address).contains(" default "), numaMap(address));
    }

    @Test
    void shouldInterleaveOverAllNodesThatThereAre() {
        int[] ids = withMemory.ids().toArray();
        memory.bind(address, byteSize, Placement.INTERLEAVE, withMemory);
        memory.populate(address, byteSize);

        int[] nodes = nodes();
        for (int id : ids) {
            long there = Arrays.stream(nodes).filter(found -> found == id).count();
            assertEquals((double) PAGES / ids.length, there, 1, "OS pages on node " + id);
        }
    }

    @Test
    void shouldTakeTheFirstNodeWhenSeveralArePreferred() throws IOException {
        memory.bind(address, byteSize, Placement.PREFERRED, NodeSet.of(node, ABSENT));

        assertTrue(numaMap(address).contains(" prefer:" + node + " "), numaMap(address));
    }

    @Test
    void shouldLeaveOutNodesThatAreNotThere() throws IOException {
        memory.bind(address, byteSize, Placement.BIND, NodeSet.of(node, ABSENT));

        assertTrue(numaMap(address).contains(" bind:" + node + " "), numaMap(address));
    }

    @ParameterizedTest
    @EnumSource(value = Placement.class, mode = EnumSource.Mode.EXCLUDE, names = "LOCAL")
    void shouldSayInvalidWhenNoNodeIsThere(Placement placement) {
        assertFails(OsCall.BIND, Errno.EINVAL, () -> memory.bind(address, byteSize, placement, NodeSet.of(ABSENT)));
    }

    @Test
    void shouldTellResidentPagesFromOthers() {
        int[] expected = new int[PAGES];
        Arrays.fill(expected, NativeMemory.NOT_RESIDENT);
        memory.bind(address, byteSize, Placement.BIND, NodeSet.of(node));
        for (int page : new int[] {0, 511, 512, 1199}) {
            RawMemory.putByte(address + (long) page * osPageBytes, (byte) 1);
            expected[page] = node;
        }

        assertArrayEquals(expected, nodes());
    }

    @Test
    void shouldLeaveTheRestOfTheArrayAlone() {
        int[] nodes = IntStream.range(0, 8).map(index -> 77).toArray();

        memory.nodesOf(address, 5, nodes);

        assertArrayEquals(new int[] {-1, -1, -1, -1, -1, 77, 77, 77}, nodes);
    }

    @Test
    void shouldCountWhatLiesThereAfterMoving() {
        memory.populate(address, 700L * osPageBytes);
        for (int offset = 0; offset < 700; offset++) {
            RawMemory.putLong(address + (long) offset * osPageBytes, offset);
        }

        assertEquals(700L * osPageBytes, memory.move(address, byteSize, node));

        int[] nodes = nodes();
        for (int page = 0; page < PAGES; page++) {
            assertEquals(page < 700 ? node : NativeMemory.NOT_RESIDENT, nodes[page], "OS page " + page);
        }
        for (int offset = 0; offset < 700; offset++) {
            assertEquals(offset, RawMemory.getLong(address + (long) offset * osPageBytes));
        }
    }

    @Test
    void shouldMoveToEveryNodeThatThereIs() {
        memory.populate(address, byteSize);

        withMemory.ids().forEach(id -> {
            assertEquals(byteSize, memory.move(address, byteSize, id));
            assertTrue(Arrays.stream(nodes()).allMatch(found -> found == id));
        });
    }

    @Test
    void shouldMoveNothingWhenNothingIsResident() {
        assertEquals(0, memory.move(address, byteSize, node));
    }

    @Test
    void shouldSayNoSuchDeviceWhenMovingToANodeThatIsNotThere() {
        memory.populate(address, byteSize);

        assertFails(OsCall.MOVE, Errno.ENODEV, () -> memory.move(address, byteSize, ABSENT));
        assertTrue(Arrays.stream(nodes()).noneMatch(found -> found == NativeMemory.NOT_RESIDENT));
    }

    @Test
    void shouldKnowWhatIsFreeOfANode() {
        long freeBytes = memory.freeBytes(node);

        assertTrue(freeBytes > 0 && freeBytes <= Topology.read().node(node).totalBytes(), freeBytes + " bytes");
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(ABSENT));
    }
}
