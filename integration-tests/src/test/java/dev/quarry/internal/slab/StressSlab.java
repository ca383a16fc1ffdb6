// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.it.stress.StressMemory;

/// A slab of four slots and a mailbox, for races: descriptor, links and mailbox lie in one record, as far apart as
/// cache lines. The slots themselves have no memory, since nothing in this package touches one.
final class StressSlab {
    static final int SLOTS = 4;

    private static final int SIZE_CLASS = SizeClasses.of(8192);
    private static final int MAILBOX_OFFSET = SlabLayout.LINKS + 64;

    /// The descriptor.
    final long slab = StressMemory.record();

    /// The mailbox of its owner.
    final long mailbox = slab + MAILBOX_OFFSET;

    /// All slots are handed out.
    StressSlab() {
        int slotBytes = SizeClasses.slotBytes(SIZE_CLASS);
        putLong(slab + SlabLayout.RECIPROCAL, SlabLayout.reciprocal(slotBytes));
        putLong(slab + SlabLayout.SLOT, slotBytes);
        putLong(slab + SlabLayout.LIMIT, SlabLayout.limit(SLOTS));
        putInt(slab + SlabLayout.CAPACITY, SLOTS);
        putInt(slab + SlabLayout.CLASS, SIZE_CLASS);
        putInt(slab + SlabLayout.EXTENDED, SLOTS);
        putLong(slab + SlabLayout.MALLOCS, SLOTS);
        putLong(slab + SlabLayout.HEAD, SlabLayout.END);
        for (int slot = 0; slot < SLOTS; slot++) {
            putChar(link(slot), SlabLayout.ALLOCATED);
        }
    }

    private long link(int slot) {
        return SlabLayout.link(slab, slot);
    }

    /// Frees a slot as a thread does that does not own the slab.
    /// @return whether the slab must be sent to its owner
    boolean pushRemote(int slot) {
        return Slabs.pushRemote(slab, slot, link(slot), 1);
    }

    /// Frees a chain of two slots at once.
    /// @return whether the slab must be sent to its owner
    boolean pushRemote(int first, int second) {
        putChar(link(first), (char) second);
        return Slabs.pushRemote(slab, first, link(second), 2);
    }

    /// Frees a slot and sends the slab if it must be sent: the whole of what a remote freer does.
    void free(int slot) {
        if (pushRemote(slot)) {
            Mailbox.send(mailbox, slab);
        }
    }

    /// Reads the mailbox as its owner does.
    /// @return the slots that came back
    int readMail() {
        int collected = 0;
        long mail = Mailbox.takeAll(mailbox);
        while (mail != 0) {
            long next = Mailbox.next(mail);
            collected += Slabs.collectRemote(mail);
            mail = next;
        }
        return collected;
    }

    /// {@return the length of the free list, as its owner sees it; -1 for a list that runs into an allocated slot}
    int freeSlots() {
        int length = 0;
        for (long index = getLong(slab + SlabLayout.HEAD); index != SlabLayout.END; ) {
            long link = SlabLayout.link(slab, index);
            if (getChar(link) == SlabLayout.ALLOCATED || ++length > SLOTS) {
                return -1;
            }
            index = getChar(link);
        }
        return length;
    }

    /// {@return slots that are neither free nor handed out nor on their way home; -1 if an invariant is broken}
    int lostSlots() {
        try {
            return Slabs.verify(slab);
        } catch (IllegalStateException broken) {
            return -1;
        }
    }

    /// {@return slots handed out and not collected}
    long used() {
        return getLong(slab + SlabLayout.MALLOCS) - getLong(slab + SlabLayout.FREES);
    }
}
