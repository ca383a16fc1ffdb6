// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabLayout.MAIL;
import static dev.quarry.numa.RawMemory.compareAndSetLong;
import static dev.quarry.numa.RawMemory.getAndSetLong;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongAcquire;
import static dev.quarry.numa.RawMemory.putLong;

/// Brings an arena, or a zone, the remote frees of its slabs: a stack of letters, pushed by anyone, taken whole. A
/// letter is a slab that has remote frees, or, for arenas only, a batch of them ([BatchLayout]), told by its lowest
/// bit.
///
/// A slab is in at most one mailbox: its sender is the one whose push made `REMOTE` non-zero, and only who has
/// taken it out sets `REMOTE` back to zero ([Slabs#collectRemote]). While it is in the mail it counts as used, so
/// it is not retired. A slab that changed its owner while it was in the mail is sent on.
///
/// The word lies on a cache line of its own in the metadata.
public final class Mailbox {
    private static final long BATCH = 1;

    private Mailbox() {}

    /// Puts a slab in.
    /// @param mailbox address of its word
    /// @param slab    descriptor
    public static void send(long mailbox, long slab) {
        long head;
        do {
            head = getLongAcquire(mailbox);
            putLong(slab + MAIL, head);
        } while (!compareAndSetLong(mailbox, head, slab));
    }

    /// Puts a batch in. It belongs to the reader then.
    /// @param mailbox address of its word
    /// @param batch   that was ended
    public static void sendBatch(long mailbox, long batch) {
        long head;
        do {
            head = getLongAcquire(mailbox);
            putLong(batch + BatchLayout.NEXT, head);
        } while (!compareAndSetLong(mailbox, head, batch | BATCH));
    }

    /// {@return whether there is mail}
    /// @param mailbox address of its word
    public static boolean isEmpty(long mailbox) {
        return getLong(mailbox) == 0;
    }

    /// Takes all mail.
    /// @param mailbox address of its word
    /// @return the first letter, or 0; the others by [#next]
    public static long takeAll(long mailbox) {
        return getAndSetLong(mailbox, 0);
    }

    /// {@return the letter after another in what was taken, or 0; to be read before what the letter brings is
    /// collected}
    /// @param letter a slab or a batch
    public static long next(long letter) {
        return isBatch(letter) ? getLong(batch(letter) + BatchLayout.NEXT) : getLong(letter + MAIL);
    }

    /// {@return whether a letter is a batch, and not a slab}
    /// @param letter what was taken
    public static boolean isBatch(long letter) {
        return (letter & BATCH) != 0;
    }

    /// {@return the address of the batch that a letter is}
    /// @param letter what was taken
    public static long batch(long letter) {
        return letter - BATCH;
    }
}
