// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.OWNER_MASK;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.putChar;

import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Slabs;

/// Slots of other arenas' slabs that this arena has freed and not yet sent home: a chain for each of a few slabs.
///
/// Blocks that were allocated one after the other lie in one slab, and are often freed one after the other, so a chain
/// grows to [#MAX_COUNT] slots or [#MAX_BYTES] before one CAS sends all of it. What an arena can hold back is bounded
/// by [#ENTRIES] times that.
///
/// Not thread-safe: the arena's owner only.
final class RemoteBatches {
    /// Slabs with a chain at a time.
    static final int ENTRIES = 16;

    /// Longest chain in slots.
    static final int MAX_COUNT = 64;

    /// Longest chain in bytes.
    static final int MAX_BYTES = 16 << 10;

    private final ArenaMail mail;
    private final long[] slabs = new long[ENTRIES];
    private final int[] heads = new int[ENTRIES];
    private final long[] lastLinks = new long[ENTRIES];
    private final int[] counts = new int[ENTRIES];
    private final int[] limits = new int[ENTRIES];
    private long unsent;

    RemoteBatches(ArenaMail mail) {
        this.mail = mail;
    }

    /// Adds a slot to its slab's chain.
    /// @param slab  descriptor
    /// @param index the slot's
    /// @param link  address of its link, which says `ALLOCATED`
    void add(long slab, int index, long link) {
        int entry = (int) (slab >>> 7) & ENTRIES - 1;
        if (slabs[entry] != slab) {
            CALL.flush(this, entry);
            start(entry, slab, index, link);
        } else {
            putChar(link, (char) heads[entry]);
            heads[entry] = index;
            counts[entry]++;
        }
        if (counts[entry] >= limits[entry]) {
            CALL.flush(this, entry);
        }
    }

    /// Sends all chains home.
    void flushAll() {
        sendUnsent();
        for (int entry = 0; entry < ENTRIES; entry++) {
            flush(entry);
        }
    }

    /// {@return a sum that changes with use, mostly} From any thread, racy.
    long activity() {
        long sum = 0;
        for (int entry = 0; entry < ENTRIES; entry++) {
            sum = 31 * sum + slabs[entry] + counts[entry];
        }
        return sum;
    }

    /// {@return slots held back for a slab}
    int count(long slab) {
        int entry = (int) (slab >>> 7) & ENTRIES - 1;
        return slabs[entry] == slab ? counts[entry] : 0;
    }

    private void start(int entry, long slab, int index, long link) {
        putChar(link, (char) END);
        heads[entry] = index;
        lastLinks[entry] = link;
        counts[entry] = 1;
        limits[entry] = Math.max(1, Math.min(MAX_COUNT, MAX_BYTES / SlabLayout.slotBytes(slab)));
        slabs[entry] = slab;
    }

    /// Sends a chain home, if there is one.
    void flush(int entry) {
        long slab = slabs[entry];
        if (slab == 0) {
            return;
        }
        sendUnsent();
        boolean isFirst = Slabs.pushRemote(slab, heads[entry], lastLinks[entry], counts[entry]);
        slabs[entry] = 0;
        counts[entry] = 0;
        if (isFirst) {
            unsent = slab;
            sendUnsent();
        }
    }

    /// A stack overflow may come between the push and the mail; then the next flush sends what is left.
    private void sendUnsent() {
        long slab = unsent;
        if (slab != 0) {
            mail.send(slab, getIntAcquire(slab + OWNER) & OWNER_MASK);
            unsent = 0;
        }
    }
}
