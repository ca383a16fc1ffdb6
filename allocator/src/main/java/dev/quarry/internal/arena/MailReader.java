// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.SlabLayout.FREES;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.OWNER_MASK;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;

import dev.quarry.internal.slab.BatchLayout;
import dev.quarry.internal.slab.Chain;
import dev.quarry.internal.slab.Mailbox;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Slabs;

/// Takes back what other threads have freed of an arena's slots, by the letters in its mailbox.
///
/// A letter is a slab, whose chain of slots hangs on its descriptor, or a batch with chains of several slabs. A slab
/// that belongs to another arena by now goes on to that one: whose it was when the letter was sent does not count.
///
/// Not thread-safe: the arena's owner only.
final class MailReader {
    private final SlabCache slabs;
    private final ArenaMail mail;
    private final long mailbox;
    private final int ownerWord;
    private long collectedRemote;

    /// A reader of one mailbox.
    /// @param slabs     where the slots belong
    /// @param mail      knows the others' mailboxes
    /// @param mailbox   address of the arena's
    /// @param ownerWord what the arena's slabs have as their owner
    MailReader(SlabCache slabs, ArenaMail mail, long mailbox, int ownerWord) {
        this.slabs = slabs;
        this.mail = mail;
        this.mailbox = mailbox;
        this.ownerWord = ownerWord;
    }

    /// Reads all letters that are there.
    /// @return whether there was one
    boolean read() {
        long first = Mailbox.isEmpty(mailbox) ? 0 : Mailbox.takeAll(mailbox);
        if (first == 0) {
            return false;
        }
        CALL.collect(this, first);
        return true;
    }

    /// Collects the remote frees that came by mail.
    /// @param first letter of it
    void collect(long first) {
        long letter = first;
        while (letter != 0) {
            long next = Mailbox.next(letter);
            if (Mailbox.isBatch(letter)) {
                open(Mailbox.batch(letter));
            } else {
                collectSlab(letter);
            }
            letter = next;
        }
    }

    private void collectSlab(long slab) {
        int owner = getIntAcquire(slab + OWNER);
        if (owner != ownerWord) {
            mail.send(slab, owner & OWNER_MASK);
            return;
        }
        if (SlabLayout.state(slab) == SlabLayout.FULL) {
            slabs.unfill(slab);
        }
        collectedRemote += Slabs.collectRemote(slab);
        if (getLong(slab + FREES) == getLong(slab + MALLOCS)) {
            slabs.empty().add(slab);
        }
    }

    private void open(long batch) {
        long end = BatchLayout.endOf(batch);
        for (long entry = batch + BatchLayout.ENTRIES; entry < end; entry += BatchLayout.ENTRY_BYTES) {
            join(getLong(entry + BatchLayout.SLAB), getLong(entry + BatchLayout.CHAIN));
        }
        BatchLayout.release(batch);
    }

    /// Takes back slots of a batch.
    private void join(long slab, long chain) {
        if (getIntAcquire(slab + OWNER) != ownerWord) {
            mail.push(slab, chain);
            return;
        }
        if (getLong(slab + FREES) + Chain.slots(chain) >= getLong(slab + MALLOCS)
                && SlabLayout.state(slab) == SlabLayout.FULL) {
            slabs.unfill(slab);
        }
        Slabs.join(slab, chain);
        collectedRemote += Chain.slots(chain);
        if (getLong(slab + FREES) == getLong(slab + MALLOCS)) {
            slabs.empty().add(slab);
        }
    }

    /// {@return remote frees collected so far} From any thread, racily.
    long collectedRemote() {
        return collectedRemote;
    }
}
