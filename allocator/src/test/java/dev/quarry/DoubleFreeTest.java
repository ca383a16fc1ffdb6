// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.numa.RawMemory;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A free of what is no live block's own address: refused for every size, by either class, in any thread, and nothing
/// changes but the count of refusals.
class DoubleFreeTest {
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    /// Through which class a block is freed.
    enum Via {
        ALLOCATOR,
        LOCAL_ARENA;

        void free(OffHeapAllocator allocator, long address) {
            if (this == ALLOCATOR) {
                allocator.free(address);
            } else {
                allocator.localArena().free(address);
            }
        }
    }

    @AfterEach
    void stopTheOtherThread() {
        other.close();
    }

    /// Both threads have an arena, for whose record the metadata may have had to grow.
    private OffHeapAllocator allocator(Checks checks) throws Exception {
        OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("256m")
                .reserve("1g")
                .checks(checks)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
        allocator.free(allocator.malloc(1));
        run(true, () -> allocator.free(allocator.malloc(1)));
        return allocator;
    }

    @ParameterizedTest
    @CsvSource({
        "ALLOCATOR, false, false, ON",
        "ALLOCATOR, false, true, ON",
        "ALLOCATOR, true, false, ON",
        "ALLOCATOR, true, true, ON",
        "LOCAL_ARENA, false, false, ON",
        "LOCAL_ARENA, false, true, ON",
        "LOCAL_ARENA, true, false, ON",
        "LOCAL_ARENA, true, true, ON",
        "ALLOCATOR, false, true, CANARY",
        "ALLOCATOR, true, false, FULL",
        "LOCAL_ARENA, false, false, FULL"
    })
    void shouldRefuseTheSecondFree(Via via, boolean firstElsewhere, boolean secondElsewhere, Checks checks)
            throws Exception {
        try (OffHeapAllocator allocator = allocator(checks)) {
            for (long size : BlockSizes.all()) {
                for (int between : new int[] {0, size > SizeClasses.MAX_SLOT ? 3 : 70}) {
                    Victim victim = new Victim(allocator, size, between);
                    run(firstElsewhere, () -> via.free(allocator, victim.address));
                    victim.freeOthers();
                    InvalidFreeException refusal = requireRefusal(
                            allocator, victim.name, secondElsewhere, () -> via.free(allocator, victim.address));
                    if (size <= SizeClasses.MAX_SLOT) {
                        assertInstanceOf(DoubleFreeException.class, refusal, victim.name);
                    }
                    assertTrue(refusal.getMessage().contains(Long.toHexString(victim.address)), refusal.getMessage());
                    victim.freeNeighbours();
                }
                allocator.verify();
            }
            assertEquals(0, allocator.stats().liveBlocks());
            assertEquals(0, allocator.verifyAndCountLost());
        }
    }

    @ParameterizedTest
    @CsvSource({"ALLOCATOR, false", "ALLOCATOR, true", "LOCAL_ARENA, false", "LOCAL_ARENA, true"})
    void shouldRefuseInteriorAddresses(Via via, boolean elsewhere) throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        try (OffHeapAllocator allocator = allocator(Checks.ON)) {
            for (long size : BlockSizes.all()) {
                Victim victim = new Victim(allocator, size, 0);
                long last = allocator.usableSize(victim.address) - 1;
                long[] offsets = {
                    1, 8, Math.min(last, 16), last / 2 + 1, last, random.nextLong(1, last + 1), Math.min(last, 4096)
                };
                for (long offset : offsets) {
                    InvalidFreeException refusal = requireRefusal(
                            allocator,
                            victim.name + " at offset " + offset,
                            elsewhere,
                            () -> via.free(allocator, victim.address + offset));
                    assertEquals(InvalidFreeException.class, refusal.getClass(), refusal.getMessage());
                }
                assertTrue(allocator.owns(victim.address), victim.name);
                allocator.free(victim.address);
                victim.freeNeighbours();
            }
            allocator.verify();
            assertEquals(0, allocator.stats().liveBlocks());
        }
    }

    /// The size of a free is what the allocator knows, whatever view of the block it is given.
    @Test
    void shouldTakeTheSizeFromItsOwnRecords() throws Exception {
        try (OffHeapAllocator allocator = allocator(Checks.ON)) {
            for (long size : BlockSizes.all()) {
                MemorySegment segment = allocator.allocate(size, 16);
                String name = "slice of a segment of " + size;
                long half = size / 2;
                requireRefusal(allocator, name, false, () -> allocator.free(segment.asSlice(half)));
                requireRefusal(allocator, name, false, () -> allocator.free(segment.asSlice(size)));
                allocator.free(segment.asSlice(0, 1));
                assertEquals(0, allocator.stats().liveBlocks(), name);
                assertThrows(InvalidFreeException.class, () -> allocator.free(segment), name);
            }
            allocator.verify();
        }
    }

    @ParameterizedTest
    @EnumSource(Via.class)
    void shouldRefuseAddressesOfPagesOutOfUse(Via via) throws Exception {
        try (OffHeapAllocator allocator = allocator(Checks.ON)) {
            List<Long> addresses = new ArrayList<>();
            for (long size : BlockSizes.all()) {
                addresses.add(allocator.malloc(size));
            }
            for (long address : addresses) {
                allocator.free(address);
            }
            allocator.trim();
            long base = allocator.space().base;
            for (long offset = 0; offset < 64L << 20; offset += SpanMap.PAGE_BYTES * 5L) {
                addresses.add(base + offset);
            }
            addresses.add(base + allocator.space().byteSize - SpanMap.PAGE_BYTES);
            addresses.add(base + allocator.space().byteSize);
            addresses.add(allocator.space().nullSlab);
            addresses.add(allocator.space().frames.address);
            for (long address : addresses) {
                requireRefusal(
                        allocator,
                        "offset " + (address - base) + " of unused space",
                        false,
                        () -> via.free(allocator, address));
            }
            allocator.verify();
        }
    }

    /// Runs a free that must be refused, and compares everything before with everything after.
    private InvalidFreeException requireRefusal(
            OffHeapAllocator allocator, String what, boolean elsewhere, Runnable free) throws Exception {
        AllocatorStats before = allocator.stats();
        InvalidFreeException refusal =
                assertThrows(InvalidFreeException.class, () -> run(elsewhere, free), () -> "not refused: " + what);
        AllocatorStats after = allocator.stats();
        assertEquals(before.invalidFrees() + 1, after.invalidFrees(), what);
        requireUnchanged(before, after, what);
        return refusal;
    }

    private void run(boolean elsewhere, Runnable action) throws Exception {
        if (!elsewhere) {
            action.run();
            return;
        }
        try {
            other.submit(action).get();
        } catch (ExecutionException failure) {
            throw (RuntimeException) failure.getCause();
        }
    }

    /// Everything but the count of refusals.
    private static void requireUnchanged(AllocatorStats before, AllocatorStats after, String what) throws Exception {
        for (RecordComponent component : AllocatorStats.class.getRecordComponents()) {
            if (!component.getName().equals("invalidFrees")) {
                assertEquals(
                        component.getAccessor().invoke(before),
                        component.getAccessor().invoke(after),
                        () -> "the refusal changed " + component.getName() + ": " + what);
            }
        }
    }

    /// A block between two live neighbours, one of which shares its slab and so keeps that in service.
    private static final class Victim {
        final long address;
        final String name;
        private final OffHeapAllocator allocator;
        private final long before;
        private final long after;
        private final List<Long> others = new ArrayList<>();

        Victim(OffHeapAllocator allocator, long size, int othersCount) {
            this.allocator = allocator;
            this.name = "block of " + size + " bytes after " + othersCount + " other frees";
            for (int index = 0; index < othersCount; index++) {
                others.add(allocator.malloc(size));
            }
            before = allocator.malloc(size);
            address = allocator.malloc(size);
            after = allocator.malloc(size);
        }

        void freeOthers() {
            others.forEach(allocator::free);
        }

        void freeNeighbours() {
            allocator.free(before);
            allocator.free(after);
        }
    }

    /// Whatever the metadata has where the link of one slot more would be.
    @Test
    void shouldRefuseWhatLiesBehindASlabsLastSlot() throws Exception {
        int tails = 0;
        try (OffHeapAllocator allocator = allocator(Checks.ON)) {
            Space space = allocator.space();
            for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
                int capacity = SizeClasses.capacity(sizeClass);
                long usedBytes = (long) capacity * SizeClasses.slotBytes(sizeClass);
                if (usedBytes == SizeClasses.slabBytes(sizeClass)) {
                    continue;
                }
                tails++;
                long block = allocator.malloc(SizeClasses.slotBytes(sizeClass));
                long slab = space.frames.slabAt(block - space.base);
                long tail = SlabLayout.address(slab, capacity);
                long beyond = SlabLayout.link(slab, capacity);
                char before = RawMemory.getChar(beyond);
                RawMemory.putChar(beyond, SlabLayout.ALLOCATED);
                try {
                    assertThrows(InvalidFreeException.class, () -> allocator.free(tail));
                    assertThrows(InvalidFreeException.class, () -> allocator.usableSize(tail));
                    ExecutionException refused = assertThrows(
                            ExecutionException.class,
                            () -> other.submit(() -> allocator.free(tail)).get());
                    assertInstanceOf(InvalidFreeException.class, refused.getCause());
                } finally {
                    RawMemory.putChar(beyond, before);
                }
                allocator.free(block);
            }
            allocator.verify();
        }
        assertTrue(tails > SizeClasses.COUNT / 2, tails + " classes have a tail");
    }
}
