// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.it.stress.StressMemory;

/// A slab of four slots, a mailbox and a batch, for races: descriptor, links, mailbox and batch lie in one record,
/// as far apart as cache lines. The slots themselves have no memory, since nothing in this package touches one.
final class StressSlab {
    static final int SLOTS = 4;

    private static final int SIZE_CLASS = SizeClasses.of(8192);
    private static final int MAILBOX_OFFSET = SlabLayout.LINKS + 64;

    /// The descriptor.
    final long slab = StressMemory.record();

    /// The mailbox of its owner.
    final long mailbox = slab + MAILBOX_OFFSET;

    private final long batch = mailbox + 64;

    /// All slots are handed out.
    StressSlab() {
        SlabLayout.describe(slab, SIZE_CLASS, SLOTS);
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

    /// Sends two slots in a batch.
    void sendBatch(int first, int last) {
        BatchLayout.begin(batch);
        long entry = batch + BatchLayout.ENTRIES;
        putChar(link(first), (char) last);
        putChar(link(last), (char) SlabLayout.END);
        putLong(entry + BatchLayout.SLAB, slab);
        putLong(entry + BatchLayout.CHAIN, Chain.ofOne(SIZE_CLASS) + Chain.ONE_SLOT + ((long) last << 16 | first));
        BatchLayout.end(batch, entry);
        Mailbox.sendBatch(mailbox, batch);
    }

    /// {@return whether the batch may be sent again}
    boolean isBatchIdle() {
        return BatchLayout.isIdle(batch);
    }

    /// Reads the mailbox as its owner does.
    /// @return the slots that came back
    int readMail() {
        int collected = 0;
        long letter = Mailbox.takeAll(mailbox);
        while (letter != 0) {
            long next = Mailbox.next(letter);
            collected += Mailbox.isBatch(letter) ? open(Mailbox.batch(letter)) : Slabs.collectRemote(letter);
            letter = next;
        }
        return collected;
    }

    private static int open(long batch) {
        int collected = 0;
        long end = BatchLayout.endOf(batch);
        for (long entry = batch + BatchLayout.ENTRIES; entry < end; entry += BatchLayout.ENTRY_BYTES) {
            long chain = getLong(entry + BatchLayout.CHAIN);
            Slabs.join(getLong(entry + BatchLayout.SLAB), chain);
            collected += Chain.slots(chain);
        }
        BatchLayout.release(batch);
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
