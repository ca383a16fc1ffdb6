// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SlabLayout.BASE;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.OWNER_MASK;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;

import dev.quarry.internal.slab.MailRouter;
import dev.quarry.internal.slab.Mailbox;
import dev.quarry.internal.slab.Slabs;
import dev.quarry.internal.slab.Space;
import java.util.concurrent.atomic.AtomicLongArray;

/// Knows each arena's mailbox by its number. Number 0 stands for the zone in which the slab lies.
///
/// Thread-safe.
final class ArenaMail implements MailRouter {
    private final Space space;
    private final AtomicLongArray mailboxes;

    ArenaMail(Space space, int maxArenas) {
        this.space = space;
        this.mailboxes = new AtomicLongArray(maxArenas + 1);
    }

    /// Enters an arena, before it owns a slab.
    void enter(int arena, long mailbox) {
        mailboxes.set(arena, mailbox);
    }

    /// Sends a batch of slots to the arena to which their slabs belong, or belonged.
    /// @param batch that was ended
    /// @param owner the arena's number
    void sendBatch(long batch, int owner) {
        Mailbox.sendBatch(mailboxes.get(owner), batch);
    }

    /// Pushes freed slots to their slab, and sends it to its owner if it must be sent.
    /// @param slab  descriptor
    /// @param chain its slots
    void push(long slab, long chain) {
        if (Slabs.pushRemote(slab, chain)) {
            send(slab, getIntAcquire(slab + OWNER) & OWNER_MASK);
        }
    }

    @Override
    public void send(long slab, int owner) {
        long mailbox =
                owner == 0 ? space.zoneAt(getLong(slab + BASE) - space.base).mailbox() : mailboxes.get(owner);
        Mailbox.send(mailbox, slab);
    }
}
