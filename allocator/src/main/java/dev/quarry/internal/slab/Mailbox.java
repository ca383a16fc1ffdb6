// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabLayout.MAIL;
import static dev.quarry.numa.RawMemory.compareAndSetLong;
import static dev.quarry.numa.RawMemory.getAndSetLong;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongAcquire;
import static dev.quarry.numa.RawMemory.putLong;

/// Tells an arena, or a zone, which of its slabs have remote frees: a stack of slabs, pushed by anyone, taken whole.
///
/// A slab is in at most one mailbox: its sender is the one whose push made `REMOTE` non-zero, and only who has taken it
/// out sets `REMOTE` back to zero ([Slabs#collectRemote]). While it is in the mail it counts as used, so it is not
/// retired. A slab that changed its owner while it was in the mail is sent on.
///
/// The word lies on a cache line of its own in the metadata.
public final class Mailbox {
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

    /// {@return whether there is mail}
    /// @param mailbox address of its word
    public static boolean isEmpty(long mailbox) {
        return getLong(mailbox) == 0;
    }

    /// Takes all mail.
    /// @param mailbox address of its word
    /// @return the first slab, or 0; the others by [#next]
    public static long takeAll(long mailbox) {
        return getAndSetLong(mailbox, 0);
    }

    /// {@return the slab after another in what was taken, or 0; to be read before the slab is collected}
    /// @param slab descriptor
    public static long next(long slab) {
        return getLong(slab + MAIL);
    }
}
