// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import dev.quarry.numa.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What slow paths tell, and that they tell it when their locks are released.
class SlowPathEventsTest {
    private static final int SLOT_BYTES = 1024;

    private final SimulatedMemory os =
            new SimulatedMemory(SimulatedMachine.builder().nodes(1, 2, 1L << 30).build());
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, Topology.singleNode(2));
    private final OffHeapAllocator allocator = allocators.create(AllocatorConfig.builder()
            .limit("16m")
            .reserve("64m")
            .purgeDelay("10s")
            .maintenance(MaintenanceMode.EXTERNAL));
    private final List<Event> heard = new CopyOnWriteArrayList<>();
    private final List<Event> heardUnderLock = new CopyOnWriteArrayList<>();

    private record Event(int kind, int node, long bytes, long detail, long durationNs) {}

    @BeforeEach
    void listen() {
        allocator.space().events().add((kind, node, bytes, detail, durationNs) -> {
            Event event = new Event(kind, node, bytes, detail, durationNs);
            heard.add(event);
            if (!canTakeEachLock()) {
                heardUnderLock.add(event);
            }
        });
    }

    @AfterEach
    void close() {
        allocator.verify();
        allocator.close();
        allocators.close();
        assertEquals(List.of(), heardUnderLock);
    }

    /// Statistics are taken under the pool's lock, and then under each zone's and the metadata's.
    private boolean canTakeEachLock() {
        try {
            CompletableFuture.supplyAsync(allocator::stats).get(5, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException | ExecutionException | TimeoutException blocked) {
            return false;
        }
    }

    private List<Event> of(int kind) {
        return heard.stream().filter(event -> event.kind() == kind).toList();
    }

    private long[] allocate(int blocks) {
        long[] addresses = new long[blocks];
        Arrays.setAll(addresses, index -> allocator.malloc(SLOT_BYTES));
        return addresses;
    }

    @Test
    void shouldTellOfSlabsThatComeAndGo() {
        Arrays.stream(allocate(2000)).forEach(allocator::free);
        SizeClassStats row = allocator.stats().sizeClasses().stream()
                .filter(each -> each.slotBytes() == SLOT_BYTES)
                .findFirst()
                .orElseThrow();
        assertEquals(row.refills(), of(EventKind.REFILL).size());
        assertEquals(
                new Event(EventKind.REFILL, 0, row.slabBytes(), SLOT_BYTES, 0),
                of(EventKind.REFILL).get(0));
        assertTrue(row.flushes() > 0);
        assertEquals(0, of(EventKind.FLUSH).size());
        allocator.free(allocator.malloc(2 * SLOT_BYTES));
        Event flush = of(EventKind.FLUSH).get(0);
        // The slab for the other class may have sent one more.
        assertTrue(flush.detail() == row.flushes() || flush.detail() == row.flushes() + 1, flush::toString);
        assertEquals(flush.detail() * row.slabBytes(), flush.bytes());
    }

    @Test
    void shouldTellOfAllThatIsCommittedForBlocks() {
        allocate(4000);
        allocator.free(allocator.malloc(3 << 20));
        long dataBytes =
                allocator.space().ledger().committedBytes() - allocator.space().metadataBytes();
        assertEquals(
                dataBytes, of(EventKind.COMMIT).stream().mapToLong(Event::bytes).sum());
        Event last = of(EventKind.COMMIT).getLast();
        assertEquals(dataBytes, last.detail());
        assertEquals(0, last.node());
    }

    @Test
    void shouldTellOfPurgesAndWhy() {
        allocator.maintain();
        Arrays.stream(allocate(4000)).forEach(allocator::free);
        allocator.maintain();
        os.advanceClock(Duration.ofSeconds(11).toNanos());
        allocator.maintain();
        os.advanceClock(Duration.ofSeconds(11).toNanos());
        allocator.maintain();
        assertTrue(of(EventKind.PURGE).stream().allMatch(event -> event.detail() == EventKind.BY_DECAY));
        long decayedBytes = of(EventKind.PURGE).stream().mapToLong(Event::bytes).sum();
        assertTrue(decayedBytes >= 3 << 20, heard::toString);
        allocator.free(allocator.malloc(2 << 20));
        heard.clear();
        allocator.trim();
        Event trimmed = of(EventKind.PURGE).getFirst();
        assertEquals(EventKind.BY_TRIM, trimmed.detail());
        assertTrue(trimmed.bytes() >= 2 << 20, trimmed::toString);
    }

    @Test
    void shouldTellOfWantOfMemory() {
        List<Long> blocks = new ArrayList<>();
        assertThrows(OutOfOffHeapMemoryError.class, () -> {
            for (; ; ) {
                blocks.add(allocator.malloc(1 << 20));
            }
        });
        Event reclaim = of(EventKind.RECLAIM).getLast();
        assertEquals(1 << 20, reclaim.detail());
        Event exhausted = of(EventKind.EXHAUSTED).getFirst();
        assertEquals(EventHub.ANY_NODE, exhausted.node());
        assertEquals(1 << 20, exhausted.bytes());
        assertTrue(exhausted.detail() > 12 << 20, exhausted::toString);
        blocks.forEach(allocator::free);
    }

    @Test
    void shouldTellOfArenasThatEndedThreadsLeave() throws Exception {
        Thread thread = new Thread(() -> allocate(100));
        thread.start();
        thread.join();
        allocator.maintain();
        assertEquals(
                List.of(new Event(EventKind.ADOPTION_ENDED, EventHub.ANY_NODE, 0, 1, 0)), of(EventKind.ADOPTION_ENDED));
        allocator.maintain();
        assertEquals(1, of(EventKind.ADOPTION_ENDED).size());
        assertEquals(0, of(EventKind.ADOPTION_IDLE).size());
    }

    @Test
    void shouldTellOfNotes() {
        allocator.space().note("something was refused");
        allocator.space().note("something was refused");
        assertEquals(1, of(EventKind.NOTE).size());
        assertEquals(1, of(EventKind.NOTE).getFirst().detail());
    }
}
