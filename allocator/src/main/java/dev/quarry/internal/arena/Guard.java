// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SlabLayout.ALLOCATED;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.QUARANTINED;
import static dev.quarry.numa.RawMemory.compareAndSetInt;
import static dev.quarry.numa.RawMemory.fill;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.AllocatorConfig;
import dev.quarry.WriteAfterFreeException;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import java.nio.ByteOrder;

/// The guarded modes: freed slots are poisoned, wait in a quarantine, and are checked when they are used again.
///
/// * A freed slot is filled with [#POISON] and put at the end of a FIFO of at most the configured bytes; its link says
///   `QUARANTINED`, so a second free is refused. A slot that leaves the FIFO is freed for good.
/// * A slot that is about to be handed out must be poison all over; if it is not, something was written through a stale
///   address, and the slot is never handed out again.
/// * The change from `ALLOCATED` to `QUARANTINED` is a CAS: of two threads that free one block, exactly one succeeds.
///
/// Not thread-safe: the arena's owner only, but for that CAS.
final class Guard {
    /// What freed bytes are filled with.
    static final byte POISON = (byte) 0xDE;

    private static final long POISON_WORD = 0xDEDEDEDEDEDEDEDEL;
    private static final int RING = 1 << 14;

    private final FreeChecks checks;
    private final long limitBytes;
    private final long[] ring = new long[RING];
    private final byte[] classes = new byte[RING];
    private final int[] slotsByClass = new int[SizeClasses.COUNT];
    private int first;
    private int count;
    private long bytes;

    Guard(AllocatorConfig config, FreeChecks checks) {
        this.limitBytes = config.quarantineBytes();
        this.checks = checks;
    }

    /// Takes a live slot into the quarantine.
    /// @throws dev.quarry.InvalidFreeException if it is not live; nothing has changed
    void quarantine(long address, long slab) {
        long link = checks.requireAllocated(address, slab);
        if (!tryQuarantine(link)) {
            throw checks.refused(address, slab);
        }
        int size = SlabLayout.slotBytes(slab);
        fill(address, size, POISON);
        int last = first + count & RING - 1;
        ring[last] = address;
        classes[last] = (byte) getInt(slab + SlabLayout.CLASS);
        slotsByClass[classes[last]]++;
        count++;
        bytes += size;
    }

    /// {@return the oldest slot, when the quarantine is over its bytes or full; else 0}
    long due() {
        return bytes > limitBytes || count == RING ? flush() : 0;
    }

    /// {@return the oldest slot, or 0 when there is none}
    long flush() {
        if (count == 0) {
            return 0;
        }
        long address = ring[first];
        bytes -= SizeClasses.slotBytes(classes[first]);
        slotsByClass[classes[first]]--;
        first = first + 1 & RING - 1;
        count--;
        return address;
    }

    /// Checks the slot that is about to be handed out.
    /// @throws WriteAfterFreeException if it was written to after it was freed; it is then out of the free list for
    /// good
    void checkReuse(long address, long slab) {
        int size = SlabLayout.slotBytes(slab);
        for (int offset = 0; offset < size; offset += Long.BYTES) {
            if (getLong(address + offset) != POISON_WORD) {
                long index = getLong(slab + HEAD);
                putLong(slab + HEAD, SlabLayout.next(slab, index));
                putChar(SlabLayout.link(slab, index), (char) END);
                throw new WriteAfterFreeException("the free block 0x" + Long.toHexString(address) + " of " + size
                        + " bytes was written to at offset " + offset + "; it stays out of use");
            }
        }
    }

    /// {@return a sum that changes with use, mostly} From any thread, racy.
    long activity() {
        return 31L * first + 37L * count + bytes;
    }

    /// {@return slots of a class in quarantine}
    int slots(int sizeClass) {
        return slotsByClass[sizeClass];
    }

    /// A link has two bytes and a CAS four: the neighbour's are kept as they are.
    private static boolean tryQuarantine(long link) {
        long word = link & ~3L;
        boolean upper = (link & 2) != 0 == (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
        int shift = upper ? Character.SIZE : 0;
        for (; ; ) {
            int before = getIntAcquire(word);
            if ((char) (before >>> shift) != ALLOCATED) {
                return false;
            }
            int after = before & ~(0xFFFF << shift) | QUARANTINED << shift;
            if (compareAndSetInt(word, before, after)) {
                return true;
            }
        }
    }
}
