// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FaultInjectingMemoryTest extends NativeMemoryContract {
    private final SimulatedMemory simulated =
            new SimulatedMemory(SimulatedMachine.builder().build());
    private final FaultInjectingMemory faulty = new FaultInjectingMemory(simulated);

    @Override
    NativeMemory create() {
        return faulty;
    }

    @Test
    void shouldFailOnlyTheNthCallWhenToldSo() {
        faulty.failNth(2, Errno.EAGAIN);

        memory.commit(address, byteSize);
        assertFalse(faulty.fired());
        NativeMemoryException e = assertThrows(NativeMemoryException.class, () -> memory.purge(address, byteSize));

        assertEquals(OsCall.PURGE, e.call());
        assertTrue(e.is(Errno.EAGAIN), e.getMessage());
        assertEquals(address, e.address());
        assertEquals(byteSize, e.byteSize());
        assertTrue(faulty.fired());
        memory.purge(address, byteSize);
    }

    @Test
    void shouldFailFromTheNthCallOnWhenToldSo() {
        memory.commit(address, byteSize);
        faulty.failFrom(2, Errno.ENOMEM);

        memory.purge(address, byteSize);
        for (int round = 0; round < 3; round++) {
            assertThrows(NativeMemoryException.class, () -> memory.purge(address, byteSize));
        }
        faulty.disarm();

        assertFalse(faulty.fired());
        memory.purge(address, byteSize);
    }

    @Test
    void shouldCountOnlyOneKindWhenToldSo() {
        faulty.failNth(OsCall.PURGE, 2, Errno.EINVAL);

        memory.commit(address, byteSize);
        memory.commit(address, byteSize);
        memory.purge(address, byteSize);
        assertFalse(faulty.fired());

        assertThrows(NativeMemoryException.class, () -> memory.purge(address, byteSize));
    }

    private static Stream<Arguments> eachErrnoOfEachCall() {
        return Stream.of(OsCall.values())
                .flatMap(call -> Stream.of(Errno.values()).map(errno -> Arguments.of(call, errno)));
    }

    @ParameterizedTest
    @MethodSource("eachErrnoOfEachCall")
    void shouldFailEveryKindBeforeItIsDone(OsCall call, Errno errno) {
        memory.commit(address, byteSize);
        fill(address, byteSize, 4);
        long callsBefore = faulty.calls();
        faulty.failFrom(call, 1, errno);

        if (call == OsCall.NAME) {
            assertFalse(memory.name(address, byteSize, "name"));
        } else if (call == OsCall.FREE_BYTES) {
            assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(0));
        } else {
            NativeMemoryException e = assertThrows(NativeMemoryException.class, () -> make(call));
            assertEquals(call, e.call());
            assertTrue(e.is(errno), e.getMessage());
        }

        assertTrue(faulty.fired());
        assertEquals(callsBefore + 1, faulty.calls());
        assertFilled(address, byteSize, 4);
        assertEquals(byteSize, simulated.reservedBytes());
        assertEquals(0, simulated.lockedBytes());
        faulty.disarm();
    }

    private void make(OsCall call) {
        switch (call) {
            case RESERVE -> memory.reserve(byteSize, osPageBytes);
            case COMMIT -> memory.commit(address, byteSize);
            case PURGE -> memory.purge(address, byteSize);
            case RELEASE -> memory.release(address, byteSize);
            case REMAP -> memory.remap(page(0), page(8), osPageBytes);
            case LOCK -> memory.lock(address, byteSize);
            case UNLOCK -> memory.unlock(address, byteSize);
            case POPULATE -> memory.populate(address, byteSize);
            case BIND -> memory.bind(address, byteSize, Placement.BIND, NodeSet.of(0));
            case NAME -> memory.name(address, byteSize, "name");
            case HUGE_PAGES -> memory.hugePages(address, byteSize, true);
            case COLLAPSE -> memory.collapse(address, byteSize);
            case RESIDENT -> memory.residentBytes(address, byteSize);
            case NODES_OF -> memory.nodesOf(address, 1, new int[1]);
            case MOVE -> memory.move(address, byteSize, 0);
            case FREE_BYTES -> memory.freeBytes(0);
        }
    }

    @Test
    void shouldPlaceByTheMemoryBehindWhenNothingIsToFail() {
        SimulatedMemory two = new SimulatedMemory(
                SimulatedMachine.builder().nodes(2, 1, byteSize).build());
        NativeMemory wrapped = new FaultInjectingMemory(two);
        long other = wrapped.reserve(byteSize, osPageBytes);
        int[] nodes = new int[2];

        wrapped.bind(other, byteSize, Placement.BIND, NodeSet.of(1));
        wrapped.commit(other, osPageBytes);
        wrapped.nodesOf(other, 2, nodes);

        assertArrayEquals(new int[] {1, NativeMemory.NOT_RESIDENT}, nodes);
        assertEquals(byteSize - osPageBytes, wrapped.freeBytes(1));
        assertEquals(osPageBytes, wrapped.move(other, byteSize, 0));
        assertEquals(0, two.nodeOf(other));
        wrapped.release(other, byteSize);
    }

    @Test
    void shouldCountCallsByKindWhenTheyFailToo() {
        faulty.failNth(OsCall.COMMIT, 1, Errno.ENOMEM);

        assertThrows(NativeMemoryException.class, () -> memory.commit(address, byteSize));
        memory.commit(address, byteSize);

        assertEquals(2, faulty.calls(OsCall.COMMIT));
        assertEquals(1, faulty.calls(OsCall.RESERVE));
        assertEquals(3, faulty.calls());
    }

    /// The loop that the class documentation shows: it ends by itself, after one round for each call of the program.
    @Test
    void shouldEndTheLoopWhenThereAreNoCallsLeft() {
        int rounds = 0;
        do {
            rounds++;
            faulty.failNth(rounds, Errno.ENOMEM);
            try {
                long other = memory.reserve(byteSize, osPageBytes);
                releaseAfterUse(other);
            } catch (NativeMemoryException e) {
                assertTrue(e.is(Errno.ENOMEM), e.getMessage());
            }
            assertEquals(byteSize, simulated.reservedBytes(), "reserved after round " + rounds);
        } while (faulty.fired());
        faulty.disarm();

        assertEquals(5, rounds);
    }

    private void releaseAfterUse(long other) {
        try {
            memory.commit(other, byteSize);
            memory.purge(other, byteSize);
        } finally {
            try {
                memory.release(other, byteSize);
            } catch (NativeMemoryException e) {
                memory.release(other, byteSize);
            }
        }
    }

    @Test
    void shouldFailExactlyOneCallWhenManyThreadsCall() throws Exception {
        memory.commit(address, byteSize);
        faulty.failNth(500, Errno.EAGAIN);
        AtomicInteger failures = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                executor.submit(() -> {
                    start.await();
                    for (int call = 0; call < 250; call++) {
                        try {
                            memory.purge(address, osPageBytes);
                        } catch (NativeMemoryException e) {
                            failures.incrementAndGet();
                        }
                    }
                    return null;
                });
            }
            start.countDown();
        }

        assertEquals(1, failures.get());
        assertEquals(1000, faulty.calls(OsCall.PURGE));
    }

    @Test
    void shouldRefuseOrderWhenCallsAreCountedFromZero() {
        assertThrows(IllegalArgumentException.class, () -> faulty.failNth(0, Errno.EIO));
    }
}
