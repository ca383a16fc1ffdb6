// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.numa.RawMemory.getByte;
import static dev.quarry.numa.RawMemory.putByte;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.Checks;
import dev.quarry.DoubleFreeException;
import dev.quarry.InvalidFreeException;
import dev.quarry.WriteAfterFreeException;
import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.SizeClasses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GuardTest {
    private static final int SIZE = 64;
    private static final int SLOTS_OF_64 = SizeClasses.of(SIZE);

    private static ArenaFixture fixture(long quarantineBytes) {
        return new ArenaFixture(SimulatedSpace.options().checks(Checks.FULL).quarantineBytes(quarantineBytes));
    }

    @Test
    void shouldPoisonWhatIsFreed() {
        try (ArenaFixture fixture = fixture(1 << 20)) {
            Arena arena = fixture.arena();
            long block = arena.malloc(SIZE);
            long neighbour = arena.malloc(SIZE);
            putByte(neighbour, (byte) 1);
            arena.free(block);

            for (int offset = 0; offset < SIZE; offset++) {
                assertEquals(Guard.POISON, getByte(block + offset));
            }
            assertEquals(1, getByte(neighbour));
            fixture.verify();
        }
    }

    @Test
    void shouldHoldBackTheYoungestBytes() {
        int held = 10;
        try (ArenaFixture fixture = fixture(held * SIZE)) {
            Arena arena = fixture.arena();
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 3 * held; i++) {
                blocks.add(arena.malloc(SIZE));
            }
            blocks.forEach(arena::free);
            assertEquals(held, arena.quarantinedSlots(SLOTS_OF_64));
            assertEquals(held * SIZE, fixture.pool().stats().quarantineBytes());
            fixture.verify();

            Set<Long> reused = new HashSet<>();
            for (int i = 0; i < SizeClasses.capacity(SLOTS_OF_64) - held; i++) {
                reused.add(arena.malloc(SIZE));
            }
            assertTrue(reused.containsAll(blocks.subList(0, 2 * held)), "the oldest serve again");
            blocks.subList(2 * held, 3 * held)
                    .forEach(young -> assertFalse(reused.contains(young), "the youngest are held back"));
        }
    }

    @Test
    void shouldRefuseASecondFreeWhoeverTries() {
        try (ArenaFixture fixture = fixture(1 << 20)) {
            Arena arena = fixture.arena();
            Arena other = fixture.arena();
            long[] blocks = {arena.malloc(SIZE), arena.malloc(SIZE), arena.malloc(SIZE), arena.malloc(SIZE)};
            arena.free(blocks[1]);
            other.free(blocks[2]);

            for (Arena any : List.of(arena, other)) {
                assertThrows(DoubleFreeException.class, () -> any.free(blocks[1]));
                assertThrows(DoubleFreeException.class, () -> any.free(blocks[2]));
                assertThrows(InvalidFreeException.class, () -> any.free(blocks[0] + 16));
            }
            assertEquals(6, fixture.space().invalidFrees().get());
            arena.free(blocks[0]);
            other.free(blocks[3]);
            fixture.verify();
            assertEquals(0, fixture.pool().stats().liveBlocks());
        }
    }

    @Test
    void shouldFindAWriteThroughAStaleAddress() {
        try (ArenaFixture fixture = fixture(0)) {
            Arena arena = fixture.arena();
            long block = arena.malloc(SIZE);
            arena.malloc(SIZE);
            arena.free(block);
            putByte(block + 17, (byte) 1);

            WriteAfterFreeException found = assertThrows(WriteAfterFreeException.class, () -> arena.malloc(SIZE));
            assertEquals(
                    "the free block 0x" + Long.toHexString(block)
                            + " of 64 bytes was written to at offset 16; it stays out of use",
                    found.getMessage());
            for (int i = 0; i < 2 * SizeClasses.capacity(SLOTS_OF_64); i++) {
                assertTrue(arena.malloc(SIZE) != block, "the block is out of use");
            }
            assertEquals(1, fixture.pool().verify(), "and counted as lost");
        }
    }

    @Test
    void shouldHandOutPoisonAndNeverWhatOthersWrote() {
        try (ArenaFixture fixture = fixture(0)) {
            Arena arena = fixture.arena();
            Arena other = fixture.arena();
            for (int round = 0; round < 3; round++) {
                List<Long> blocks = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    long block = arena.malloc(SIZE);
                    assertEquals(Guard.POISON, getByte(block));
                    putByte(block, (byte) i);
                    blocks.add(block);
                }
                for (int i = 0; i < blocks.size(); i++) {
                    (i % 3 == 0 ? other : arena).free(blocks.get(i));
                }
                other.trim();
                fixture.verify();
            }
        }
    }

    @Test
    void shouldEmptyTheQuarantineWhenItIsTrimmed() {
        try (ArenaFixture fixture = fixture(1 << 20)) {
            Arena arena = fixture.arena();
            for (int i = 0; i < 100; i++) {
                arena.free(arena.malloc(SIZE));
            }
            assertEquals(100, arena.quarantinedSlots(SLOTS_OF_64));
            arena.trim();

            assertEquals(0, arena.quarantinedSlots(SLOTS_OF_64));
            assertEquals(0, fixture.pool().stats().quarantineBytes());
            fixture.verify();
        }
    }

    @Test
    void shouldBoundTheQuarantineByItsRingToo() {
        try (ArenaFixture fixture = fixture(1 << 30)) {
            Arena arena = fixture.arena();
            int ring = 1 << 14;
            for (int i = 0; i < ring + 100; i++) {
                arena.free(arena.malloc(16));
            }
            assertTrue(arena.quarantinedSlots(0) < ring, arena.quarantinedSlots(0) + " slots");
            fixture.verify();
        }
    }
}
