// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.numa.RawMemory.getIntAcquire;

/// The mail of a zone: slabs with remote frees that had no owner when they were sent.
///
/// Read under the zone's lock; whether there is any is seen without.
final class ZoneMail {
    private final long mailbox;
    private final Depot depot;
    private MailRouter router = MailRouter.NOWHERE;

    /// @param mailbox address of its word
    /// @param depot   the zone's
    ZoneMail(long mailbox, Depot depot) {
        this.mailbox = mailbox;
        this.depot = depot;
    }

    /// Tells how arenas are reached. Called once, before the first slab is made.
    /// @param way sends mail on
    void setRouter(MailRouter way) {
        router = way;
    }

    long mailbox() {
        return mailbox;
    }

    boolean isEmpty() {
        return Mailbox.isEmpty(mailbox);
    }

    /// Reads the mail: slabs that lie in the depot get their remote frees, others are sent on.
    void collect() {
        long slab = isEmpty() ? 0 : Mailbox.takeAll(mailbox);
        while (slab != 0) {
            long next = Mailbox.next(slab);
            int owner = getIntAcquire(slab + OWNER) & SlabLayout.OWNER_MASK;
            if (owner != 0) {
                router.send(slab, owner);
            } else {
                depot.collect(slab);
            }
            slab = next;
        }
    }
}
