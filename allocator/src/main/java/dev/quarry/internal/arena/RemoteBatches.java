// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.OWNER_MASK;
import static dev.quarry.numa.RawHandles.GET_LONG;
import static dev.quarry.numa.RawHandles.PUT_CHAR;
import static dev.quarry.numa.RawHandles.PUT_LONG;
import static dev.quarry.numa.RawHandles.rethrow;
import static dev.quarry.numa.RawMemory.asAddress;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Slabs;
import dev.quarry.internal.slab.StackReserve;

/// Slots of other arenas' slabs that this arena has freed and not yet sent home: a chain for each of a few slabs.
///
/// Blocks that were allocated one after the other lie in one slab, and are often freed one after the other, so a chain
/// grows to [#MAX_COUNT] slots or [#MAX_BYTES] before one CAS sends all of it. What an arena can hold back is bounded
/// by [#ENTRIES] times that.
///
/// The chains lie in the arena's record, an entry each, found by the descriptor's address:
///
/// | offset | bytes | field       | meaning                                                                       |
/// |-------:|------:|-------------|-------------------------------------------------------------------------------|
/// |      0 |     8 | `SLAB`      | descriptor; 0: there is no chain                                              |
/// |      8 |     8 | `CHAIN`     | slots in bits 32 to 63, index of the slot that came last in bits 0 to 15      |
/// |     16 |     8 | `LAST_LINK` | address of the link of the slot that came first, which is the chain's last    |
/// |     24 |     8 | `LIMIT`     | slots with which it is sent, in bits 32 to 63                                 |
///
/// A free of another's block touches the slab's descriptor, the link and one entry, by [dev.quarry.numa.RawHandles] as
/// all of malloc and free. Of arrays on the heap each index would be checked against a length (docs/adr/0002).
///
/// Not thread-safe: the arena's owner only; `stats()` reads the chains' lengths racily.
final class RemoteBatches {
    /// Slabs with a chain at a time.
    static final int ENTRIES = 16;

    /// Longest chain in slots.
    static final int MAX_COUNT = 64;

    /// Longest chain in bytes.
    static final int MAX_BYTES = 16 << 10;

    private static final int ENTRY_BYTES = 32;

    private static final int SLAB = 0;
    private static final int CHAIN = 8;
    private static final int LAST_LINK = 16;
    private static final int LIMIT = 24;

    /// What one slot more adds to a `CHAIN`.
    private static final long ONE_SLOT = 1L << 32;

    private static final long SLOTS_MASK = -ONE_SLOT;

    /// Bytes of the table of chains.
    static final int TABLE_BYTES = ENTRIES * ENTRY_BYTES;

    private final ArenaMail mail;
    private final long table;

    /// @param table [#TABLE_BYTES] of metadata
    RemoteBatches(ArenaMail mail, long table) {
        this.mail = mail;
        this.table = table;
        for (int offset = 0; offset < TABLE_BYTES; offset += Long.BYTES) {
            putLong(table + offset, 0);
        }
    }

    /// Adds a slot to its slab's chain. Where a stack overflow comes between the two stores, that slot is lost, and the
    /// chain is as it was.
    /// @param slab  descriptor
    /// @param index the slot's
    /// @param link  address of its link, which says `ALLOCATED`
    void add(long slab, long index, long link) {
        try {
            final long entry = asAddress(table) + entryOffset(slab);
            if ((long) GET_LONG.invokeExact(entry + SLAB) != slab) {
                CALL.start(this, entry, slab, index, link);
                return;
            }
            final long chain = (long) GET_LONG.invokeExact(entry + CHAIN);
            final long longer = (chain & SLOTS_MASK) + ONE_SLOT + index;
            PUT_CHAR.invokeExact(link, (char) chain);
            PUT_LONG.invokeExact(entry + CHAIN, longer);
            if (longer >= (long) GET_LONG.invokeExact(entry + LIMIT)) {
                CALL.flush(this, entry);
            }
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    private static long entryOffset(long slab) {
        return (slab >>> 7 & ENTRIES - 1) * ENTRY_BYTES;
    }

    /// Begins a slab's chain, in place of the one that has its entry. Called by way of [SlowCalls].
    void start(long entry, long slab, long index, long link) {
        StackReserve.ensure();
        send(entry);
        int limit = Math.max(1, Math.min(MAX_COUNT, MAX_BYTES / SlabLayout.slotBytes(slab)));
        putChar(link, (char) END);
        putLong(entry + CHAIN, ONE_SLOT + index);
        putLong(entry + LAST_LINK, link);
        putLong(entry + LIMIT, limit * ONE_SLOT);
        putLong(entry + SLAB, slab);
        if (limit == 1) {
            send(entry);
        }
    }

    /// Sends a chain home that is long enough. Called by way of [SlowCalls].
    void flush(long entry) {
        StackReserve.ensure();
        send(entry);
    }

    /// Sends all chains home. The caller has ensured that there is stack for it.
    void flushAll() {
        for (int offset = 0; offset < TABLE_BYTES; offset += ENTRY_BYTES) {
            send(table + offset);
        }
    }

    /// {@return a sum that changes with use, mostly} From any thread, racy.
    long activity() {
        long sum = 0;
        for (int offset = 0; offset < TABLE_BYTES; offset += ENTRY_BYTES) {
            sum = 31 * sum + getLong(table + offset + SLAB) + getLong(table + offset + CHAIN);
        }
        return sum;
    }

    /// {@return slots held back for a slab}
    int count(long slab) {
        long entry = table + entryOffset(slab);
        return getLong(entry + SLAB) == slab ? slots(getLong(entry + CHAIN)) : 0;
    }

    private static int slots(long chain) {
        return (int) (chain >>> 32);
    }

    private void send(long entry) {
        long slab = getLong(entry + SLAB);
        if (slab == 0) {
            return;
        }
        long chain = getLong(entry + CHAIN);
        putLong(entry + SLAB, 0);
        if (Slabs.pushRemote(slab, (char) chain, getLong(entry + LAST_LINK), slots(chain))) {
            mail.send(slab, getIntAcquire(slab + OWNER) & OWNER_MASK);
        }
    }
}
