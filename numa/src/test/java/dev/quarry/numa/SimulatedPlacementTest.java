// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Placement on simulated machines of all shapes: up to 8 nodes and 1,024 cpus, nodes of memory only, of cpus only,
/// distances that depend on the direction, gaps in the ids.
class SimulatedPlacementTest {
    private static final int OS_PAGE_BYTES = 4096;
    private static final int CPUS = 1024;

    /// What a reservation here has; each node has as many unless a test says otherwise.
    private static final int PAGES = 64;

    private static final long BYTES = (long) PAGES * OS_PAGE_BYTES;

    /// Node 2 is far memory without cpus, node 5 has cpus only, and the way from 0 to 1 is longer than the way back.
    private static final String ODD = "0:cpus=0-1,mem=256k;1:cpus=2-3,mem=256k;2:mem=256k;5:cpus=4-5,mem=0"
            + "|distances=10,31,21,12/12,10,40,20/21,40,10,20/30,15,50,10";

    private SimulatedMemory memory =
            new SimulatedMemory(SimulatedMachine.builder().build());
    private final List<Long> reserved = new ArrayList<>();

    @AfterEach
    void release() {
        reserved.forEach(address -> memory.release(address, BYTES));
        assertEquals(0, memory.reservedBytes());
        for (NumaNode node : memory.topology().nodes()) {
            assertEquals(0, memory.usedBytes(node.id()), "in use on node " + node.id());
        }
    }

    private void start(String topology) {
        memory = new SimulatedMemory(
                SimulatedMachine.builder().topology(Topology.parse(topology)).build());
    }

    private void startEqualNodes(int nodes) {
        memory = new SimulatedMemory(
                SimulatedMachine.builder().nodes(nodes, CPUS / nodes, BYTES).build());
    }

    private long reserve() {
        long address = memory.reserve(BYTES, OS_PAGE_BYTES);
        reserved.add(address);
        return address;
    }

    private int[] nodesOf(long address) {
        int[] nodes = new int[PAGES];
        memory.nodesOf(address, PAGES, nodes);
        return nodes;
    }

    private long pagesOn(int node, long address) {
        return Arrays.stream(nodesOf(address)).filter(found -> found == node).count();
    }

    private void assertAllOn(int node, long address) {
        assertEquals(PAGES, pagesOn(node, address), () -> Arrays.toString(nodesOf(address)));
    }

    private void assertFails(OsCall call, Errno errno, Runnable runnable) {
        NativeMemoryException e = assertThrows(NativeMemoryException.class, runnable::run);
        assertEquals(call, e.call());
        assertTrue(e.is(errno), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void shouldPlaceOnTheNodeOfEveryCpu(int nodes) {
        startEqualNodes(nodes);
        long address = reserve();
        for (int cpu = 0; cpu < CPUS; cpu++) {
            memory.runOn(cpu);
            memory.commit(address, OS_PAGE_BYTES);

            assertEquals(cpu * nodes / CPUS, memory.nodeOf(address), "cpu " + cpu);
            assertEquals(cpu, memory.currentCpu());
            memory.purge(address, OS_PAGE_BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void shouldPlaceWhereBoundOrPreferredFromEveryNode(int nodes) {
        startEqualNodes(nodes);
        for (int node = 0; node < nodes; node++) {
            memory.runOn((node + 1) % nodes * (CPUS / nodes));
            for (Placement placement : List.of(Placement.BIND, Placement.PREFERRED, Placement.INTERLEAVE)) {
                long address = reserve();
                memory.bind(address, BYTES, placement, NodeSet.of(node));
                memory.commit(address, BYTES);

                assertAllOn(node, address);
                memory.purge(address, BYTES);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void shouldInterleaveEvenlyOverAllNodes(int nodes) {
        startEqualNodes(nodes);
        long address = reserve();
        memory.bind(address, BYTES, Placement.INTERLEAVE, NodeSet.of(IntStream.range(0, nodes)));
        memory.commit(address, BYTES);

        int[] expected = IntStream.range(0, PAGES).map(page -> page % nodes).toArray();
        assertArrayEquals(expected, nodesOf(address));
        int[] some = new int[4];
        memory.nodesOf(address + 5 * OS_PAGE_BYTES, 4, some);
        assertArrayEquals(Arrays.copyOfRange(expected, 5, 9), some);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void shouldFillOneNodeAfterTheOtherAndThenRefuse(int nodes) {
        startEqualNodes(nodes);
        for (int node = 0; node < nodes; node++) {
            long address = reserve();
            memory.commit(address, BYTES);
            assertAllOn(node, address);
            assertEquals(0, memory.freeBytes(node));
        }
        long beyond = reserve();

        assertFails(OsCall.COMMIT, Errno.ENOMEM, () -> memory.commit(beyond, OS_PAGE_BYTES));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void shouldRefuseBeyondWhatIsBoundWhereOthersGoOn(int nodes) {
        startEqualNodes(nodes);
        int last = nodes - 1;
        memory.setNodeBytes(last, BYTES / 2);
        long bound = reserve();
        memory.bind(bound, BYTES, Placement.BIND, NodeSet.of(last));
        assertFails(OsCall.COMMIT, Errno.ENOMEM, () -> memory.commit(bound, BYTES));
        assertEquals(0, memory.usedBytes(last));
        memory.commit(bound, BYTES / 2);

        long preferred = reserve();
        memory.bind(preferred, BYTES, Placement.PREFERRED, NodeSet.of(last));
        memory.commit(preferred, BYTES);

        assertEquals(PAGES / 2, pagesOn(last, bound));
        assertAllOn(0, preferred);
    }

    @ParameterizedTest
    @CsvSource({"0, LOCAL, 0:2:1", "2, LOCAL, 1:0:2", "4, LOCAL, 1:0:2", "0, PREFERRED, 2:0:1", "2, PREFERRED, 2:0:1"})
    void shouldSpillByTheDistanceFromTheRightNode(int cpu, Placement placement, String order) {
        start(ODD);
        memory.runOn(cpu);
        for (String node : order.split(":", -1)) {
            long address = reserve();
            memory.bind(address, BYTES, placement, NodeSet.of(2));
            memory.commit(address, BYTES);

            assertAllOn(Integer.parseInt(node), address);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 2:1", "2, 1:2", "4, 1:2"})
    void shouldTakeFromTheNearestOfThoseItIsBoundTo(int cpu, String order) {
        start(ODD);
        memory.runOn(cpu);
        for (String node : order.split(":", -1)) {
            long address = reserve();
            memory.bind(address, BYTES, Placement.BIND, NodeSet.of(1, 2));
            memory.commit(address, BYTES);
            assertAllOn(Integer.parseInt(node), address);
        }
        long beyond = reserve();
        memory.bind(beyond, BYTES, Placement.BIND, NodeSet.of(1, 2));

        assertFails(OsCall.COMMIT, Errno.ENOMEM, () -> memory.commit(beyond, OS_PAGE_BYTES));
    }

    @Test
    void shouldSpillOfEachNodeInTurnWhenInterleaving() {
        start(ODD);
        memory.setNodeBytes(1, 0);
        long address = reserve();
        memory.bind(address, BYTES, Placement.INTERLEAVE, NodeSet.of(0, 1, 2));
        memory.commit(address, BYTES);

        int[] expected =
                IntStream.range(0, PAGES).map(page -> page % 3 == 2 ? 2 : 0).toArray();
        assertArrayEquals(expected, nodesOf(address));
    }

    @Test
    void shouldTakeTheFirstOfThosePreferred() {
        startEqualNodes(4);
        long address = reserve();
        memory.bind(address, BYTES, Placement.PREFERRED, NodeSet.of(3, 2, 900));
        memory.commit(address, BYTES);

        assertAllOn(2, address);
    }

    @Test
    void shouldFollowTheThreadAgainWhenLocal() {
        startEqualNodes(4);
        long address = reserve();
        memory.bind(address, BYTES, Placement.BIND, NodeSet.of(1));
        memory.bind(address, BYTES, Placement.LOCAL, NodeSet.empty());
        memory.runOn(CPUS - 1);
        memory.commit(address, BYTES);

        assertAllOn(3, address);
    }

    @Test
    void shouldKeepThePlacementWhenRemapped() {
        startEqualNodes(2);
        long address = reserve();
        memory.commit(address, BYTES);
        memory.bind(address, OS_PAGE_BYTES, Placement.BIND, NodeSet.of(1));
        assertEquals(2, memory.mappings());

        memory.remap(address, address + BYTES / 2, OS_PAGE_BYTES);

        memory.purge(address, BYTES);
        memory.populate(address, BYTES);
        assertEquals(4, memory.mappings());
        assertEquals(2, pagesOn(1, address));
        assertEquals(1, memory.nodeOf(address + BYTES / 2));
    }

    @Test
    void shouldMoveAThreadFromOutside() throws InterruptedException {
        startEqualNodes(2);
        List<Integer> cpus = new ArrayList<>();
        Thread thread = new Thread(() -> cpus.add(memory.currentCpu()));
        memory.runOn(thread, 700);
        thread.start();
        thread.join();

        assertEquals(List.of(700), cpus);
        assertEquals(0, memory.currentCpu());
    }

    @Test
    void shouldRefuseToRunWhereThereIsNoCpu() {
        start("0:cpus=0-3,mem=1g|allowed-cpus=2-3");

        assertEquals(2, memory.currentCpu());
        assertThrows(IllegalArgumentException.class, () -> memory.runOn(4));
        assertThrows(IllegalArgumentException.class, () -> memory.runOn(0));
        memory.runOn(3);
        assertEquals(3, memory.currentCpu());
    }

    @Test
    void shouldBindOnlyToNodesWithMemoryThatAreThereAndAllowed() {
        start("0:cpus=0,mem=1g;1:mem=1g;2:cpus=1,mem=0;3:offline|allowed-nodes=0,2-3");
        long address = reserve();
        for (int node : new int[] {1, 2, 3, 4, 1023}) {
            assertFails(
                    OsCall.BIND,
                    Errno.EINVAL,
                    () -> memory.bind(address, BYTES, Placement.INTERLEAVE, NodeSet.of(node)));
        }
        memory.bind(address, BYTES, Placement.INTERLEAVE, NodeSet.of(0, 1, 2, 3));
        memory.commit(address, BYTES);

        assertAllOn(0, address);
        assertFails(OsCall.MOVE, Errno.EACCES, () -> memory.move(address, BYTES, 1));
        assertFails(OsCall.MOVE, Errno.ENODEV, () -> memory.move(address, BYTES, 3));
        assertFails(OsCall.MOVE, Errno.ENODEV, () -> memory.move(address, BYTES, 4));
    }

    @Test
    void shouldMoveResidentPagesAsFarAsThereIsRoom() {
        startEqualNodes(4);
        long address = reserve();
        memory.commit(address, BYTES);
        memory.purge(address, BYTES / 4);
        RawMemory.putLong(address + BYTES / 2, 42);
        memory.setNodeBytes(3, BYTES / 4);

        assertEquals(BYTES * 3 / 4, memory.move(address, BYTES, 2));
        assertEquals(BYTES * 3 / 4, memory.move(address, BYTES, 2));
        assertEquals(BYTES / 4, memory.move(address, BYTES, 3));

        assertEquals(PAGES / 4, pagesOn(NativeMemory.NOT_RESIDENT, address));
        assertEquals(PAGES / 4, pagesOn(3, address));
        assertEquals(PAGES / 2, pagesOn(2, address));
        assertEquals(42, RawMemory.getLong(address + BYTES / 2));
        assertEquals(BYTES, memory.freeBytes(0));
        assertEquals(BYTES / 2, memory.freeBytes(2));
        assertEquals(0, memory.freeBytes(3));
    }

    @Test
    void shouldRefuseAllOfItInASandbox() {
        memory = new SimulatedMemory(
                SimulatedMachine.builder().nodes(2, 1, BYTES).canBind(false).build());
        long address = reserve();
        memory.commit(address, BYTES);

        for (Placement placement : Placement.values()) {
            assertFails(OsCall.BIND, Errno.EPERM, () -> memory.bind(address, BYTES, placement, NodeSet.of(0)));
        }
        assertFails(OsCall.NODES_OF, Errno.EPERM, () -> memory.nodesOf(address, 1, new int[1]));
        assertFails(OsCall.MOVE, Errno.EPERM, () -> memory.move(address, BYTES, 1));
        assertEquals(0, memory.freeBytes(0));
    }

    @Test
    void shouldTellWhatIsFree() {
        start("0:cpus=0,mem=1m,free=512k;1:mem=1m;2:");
        long address = reserve();
        memory.commit(address, BYTES);

        assertEquals((512 << 10) - BYTES, memory.freeBytes(0));
        assertEquals(1 << 20, memory.freeBytes(1));
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(2));
        memory.setNodeBytes(0, 0);
        assertEquals(0, memory.freeBytes(0));
        assertEquals(
                "0:cpus=0,mem=1m,free=0;1:mem=1m,free=1m;2:", memory.topology().toText());
    }

    @Test
    void shouldMoveMemoryToTheNearestNodesWhenANodeIsRemoved() {
        start(ODD);
        memory.setNodeBytes(0, BYTES / 4);
        long address = reserve();
        memory.bind(address, BYTES, Placement.BIND, NodeSet.of(2));
        memory.commit(address, BYTES);
        RawMemory.putLong(address + BYTES / 2, 42);

        memory.removeNode(2);

        assertEquals(PAGES / 4, pagesOn(0, address));
        assertEquals(PAGES * 3 / 4, pagesOn(1, address));
        assertEquals(42, RawMemory.getLong(address + BYTES / 2));
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(2));
        assertEquals(NodeSet.of(0, 1), memory.topology().usableNodes());
        assertEquals(NodeSet.of(2), memory.topology().offlineNodes());
        assertEquals(31, memory.topology().distance(0, 1));
        assertFails(OsCall.BIND, Errno.EINVAL, () -> memory.bind(address, BYTES, Placement.PREFERRED, NodeSet.of(2)));
        assertFails(OsCall.MOVE, Errno.ENODEV, () -> memory.move(address, BYTES, 2));
        memory.purge(address, BYTES);
        assertFails(OsCall.POPULATE, Errno.ENOMEM, () -> memory.populate(address, OS_PAGE_BYTES));
        memory.bind(address, BYTES, Placement.BIND, NodeSet.of(1, 2));
        memory.populate(address, BYTES);
        assertAllOn(1, address);
    }

    @Test
    void shouldKeepTheLimitsOfTheProcessWhenANodeIsRemoved() {
        start("0:cpus=0-1,mem=1g;1:cpus=2,mem=1g;2:mem=1g|allowed-nodes=1-2|allowed-cpus=1-2");

        memory.removeNode(1);

        assertEquals(NodeSet.of(2), memory.topology().usableNodes());
        assertEquals(1, memory.currentCpu());
        assertEquals(CpuSet.parse("1-2"), memory.topology().limits().cpus());
    }

    @Test
    void shouldPutThreadsElsewhereWhenTheirNodeIsRemoved() {
        startEqualNodes(4);
        memory.runOn(300);
        long address = reserve();
        memory.bind(address, BYTES, Placement.PREFERRED, NodeSet.of(1));

        memory.removeNode(1);

        assertEquals(0, memory.currentCpu());
        assertThrows(IllegalArgumentException.class, () -> memory.runOn(300));
        memory.commit(address, BYTES);
        assertAllOn(0, address);
        memory.removeNode(0);
        assertEquals(512, memory.currentCpu());
        assertAllOn(2, address);
    }

    @Test
    void shouldKeepANodeThatCannotBeRemoved() {
        start(ODD);
        long address = reserve();
        memory.commit(address, BYTES);
        memory.setNodeBytes(0, 4 * BYTES);
        memory.setNodeBytes(1, BYTES / 4);
        memory.setNodeBytes(2, BYTES / 2);

        IllegalStateException e = assertThrows(IllegalStateException.class, () -> memory.removeNode(0));

        assertEquals("node 0 cannot be removed: the others have no room for 256 KiB that lie on it", e.getMessage());
        assertAllOn(0, address);
        assertThrows(IllegalArgumentException.class, () -> memory.removeNode(3));
        memory.setNodeBytes(2, BYTES);
        memory.removeNode(0);
        assertAllOn(2, address);
        memory.removeNode(1);
        assertEquals(4, memory.currentCpu());
        assertThrows(IllegalArgumentException.class, () -> memory.removeNode(5));
        assertThrows(IllegalArgumentException.class, () -> memory.removeNode(2));
        assertAllOn(2, address);
    }
}
