// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.BatchLayout.CAPACITY;
import static dev.quarry.internal.slab.BatchLayout.CHAIN;
import static dev.quarry.internal.slab.BatchLayout.ENTRIES;
import static dev.quarry.internal.slab.BatchLayout.ENTRY_BYTES;
import static dev.quarry.internal.slab.BatchLayout.MAX_BYTES;
import static dev.quarry.internal.slab.BatchLayout.SLAB;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.SHARED_CHAIN;
import static dev.quarry.internal.slab.SlabLayout.SHARED_COST;
import static dev.quarry.numa.RawHandles.GET_LONG;
import static dev.quarry.numa.RawHandles.PUT_CHAR;
import static dev.quarry.numa.RawHandles.PUT_LONG;
import static dev.quarry.numa.RawHandles.rethrow;
import static dev.quarry.numa.RawMemory.asAddress;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongOpaque;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.slab.BatchLayout;
import dev.quarry.internal.slab.Chain;
import dev.quarry.internal.slab.StackReserve;

/// Slots of other arenas' slabs that this arena has freed: a batch for each of a few owners, sent when it is full.
///
/// Blocks that were allocated one after the other lie in one slab, and are often freed one after the other, so a
/// slot of the slab that came last joins its [Chain], and any other begins a chain. What an arena holds back is
/// bounded by [#COUNTERS] times [BatchLayout#MAX_BYTES], and a block each; with what is in batches on their way, by
/// [#BATCHES] times that.
///
/// A batch in the mail comes back empty when its reader has read it. Where none has come back the owner does not
/// read, and the chains go to their slabs (`REMOTE`), where any number of slots finds room; so do slots of slabs
/// that belong to a zone, a few at a time, since that many CAS are then one free's.
///
/// In the arena's record lie a counter for each owner's number modulo [#COUNTERS], and behind them the batches:
///
/// | offset | bytes | field      | meaning                                                       |
/// |-------:|------:|------------|---------------------------------------------------------------|
/// |      0 |     8 | `OWNED_BY` | the arena whose slots it takes now; 0: the zones              |
/// |      8 |     8 | `LAST`     | last entry of its batch; the batch itself while it has none   |
/// |     16 |     8 | `ROOM`     | bytes that the batch may still take                           |
/// |     24 |     8 | `LIMIT`    | the last entry that the batch has room for                    |
/// |     32 |     8 | `BATCH`    | the batch                                                     |
///
/// A free of another's block reads the part of the slab's descriptor that nobody writes, and writes link, counter
/// and entry; by [dev.quarry.numa.RawHandles], as all of malloc and free.
///
/// Message passing of frees in batches, sorted by owner: P. Liétar et al., snmalloc: a message passing allocator,
/// 2019.
///
/// Not thread-safe: the arena's owner only; `stats()` counts the slots racily.
final class RemoteBatches {
    /// Owners with an open batch at a time.
    static final int COUNTERS = 8;

    /// Batches of an arena, those in the mail included. More of them make hardly a difference (docs/adr/0002).
    static final int BATCHES = 16;

    /// Entries of a batch for the zones: each costs a CAS on its slab when the batch is unpacked, in one free.
    private static final int ZONE_ENTRIES = 4;

    private static final int COUNTER_BYTES = 64;

    private static final int OWNED_BY = 0;
    private static final int LAST = 8;
    private static final int ROOM = 16;
    private static final int LIMIT = 24;
    private static final int BATCH = 32;

    /// Bytes of counters and batches.
    static final int TABLE_BYTES = COUNTERS * COUNTER_BYTES + BATCHES * BatchLayout.BYTES;

    private final ArenaMail mail;
    private final long counters;
    private final long batches;
    private int hand;

    /// @param table [#TABLE_BYTES] of metadata
    RemoteBatches(ArenaMail mail, long table) {
        this.mail = mail;
        this.counters = table;
        this.batches = table + COUNTERS * COUNTER_BYTES;
        for (int offset = 0; offset < TABLE_BYTES; offset += Long.BYTES) {
            putLong(table + offset, 0);
        }
        for (int number = 0; number < COUNTERS; number++) {
            open(counter(number), takeIdle());
        }
    }

    /// Adds a slot. Where a stack overflow comes between the stores, that slot is lost, and no other. The room is
    /// taken first, so that it is never more than there is.
    /// @param owner of its slab: an arena's number, or 0
    /// @param slab  descriptor
    /// @param index the slot's
    /// @param link  address of its link, which says `ALLOCATED`
    void add(long owner, long slab, long index, long link) {
        try {
            final long counter = asAddress(counters) + (owner & COUNTERS - 1) * COUNTER_BYTES;
            final long last = asAddress((long) GET_LONG.invokeExact(counter + LAST));
            final boolean joins = (long) GET_LONG.invokeExact(last + SLAB) == slab;
            if (!joins
                    && ((long) GET_LONG.invokeExact(counter + OWNED_BY) != owner
                            || last == (long) GET_LONG.invokeExact(counter + LIMIT))) {
                CALL.addElsewhere(this, owner, slab, index, link);
                return;
            }
            final long room =
                    (long) GET_LONG.invokeExact(counter + ROOM) - (long) GET_LONG.invokeExact(slab + SHARED_COST);
            PUT_LONG.invokeExact(counter + ROOM, room);
            if (joins) {
                final long chain = (long) GET_LONG.invokeExact(last + CHAIN);
                PUT_CHAR.invokeExact(link, (char) chain);
                PUT_LONG.invokeExact(last + CHAIN, (chain & Chain.REST) + Chain.ONE_SLOT + index);
            } else {
                final long chain = (long) GET_LONG.invokeExact(slab + SHARED_CHAIN) + index * Chain.FIRST_AND_LAST;
                PUT_CHAR.invokeExact(link, (char) END);
                PUT_LONG.invokeExact(last + ENTRY_BYTES + SLAB, slab);
                PUT_LONG.invokeExact(last + ENTRY_BYTES + CHAIN, chain);
                PUT_LONG.invokeExact(counter + LAST, last + ENTRY_BYTES);
            }
            if (room <= 0) {
                CALL.flush(this, counter);
            }
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Adds a slot where its counter's batch is full, or another owner's. Called by way of [SlowCalls].
    void addElsewhere(long owner, long slab, long index, long link) {
        long counter = counter((int) owner & COUNTERS - 1);
        flush(counter);
        putLong(counter + OWNED_BY, owner);
        putLong(counter + LIMIT, lastPlace(getLong(counter + BATCH), owner));
        add(owner, slab, index, link);
    }

    /// Sends a batch that is full. Called by way of [SlowCalls].
    void flush(long counter) {
        StackReserve.ensure();
        send(counter);
    }

    /// Sends all batches. The caller has ensured that there is stack for it.
    void flushAll() {
        for (int number = 0; number < COUNTERS; number++) {
            send(counter(number));
        }
    }

    private void send(long counter) {
        long batch = getLong(counter + BATCH);
        long last = getLong(counter + LAST);
        if (last == batch) {
            return;
        }
        int owner = (int) getLong(counter + OWNED_BY);
        long next = owner == 0 ? 0 : takeIdle();
        if (next == 0) {
            open(counter, batch);
            unpack(batch, last);
        } else {
            open(counter, next);
            BatchLayout.end(batch, last);
            mail.sendBatch(batch, owner);
        }
    }

    /// Pushes the chains of a batch to their slabs.
    private void unpack(long batch, long last) {
        for (long entry = batch + ENTRIES; entry <= last; entry += ENTRY_BYTES) {
            mail.push(getLong(entry + SLAB), getLong(entry + CHAIN));
        }
    }

    /// {@return a batch that nobody uses, or 0} The one that was sent first of all comes back first, mostly.
    private long takeIdle() {
        for (int tries = 0; tries < BATCHES; tries++) {
            hand = hand + 1 < BATCHES ? hand + 1 : 0;
            long batch = batches + hand * (long) BatchLayout.BYTES;
            if (BatchLayout.isIdle(batch)) {
                return batch;
            }
        }
        return 0;
    }

    private static void open(long counter, long batch) {
        BatchLayout.begin(batch);
        putLong(counter + BATCH, batch);
        putLong(counter + ROOM, MAX_BYTES);
        putLong(counter + LIMIT, lastPlace(batch, getLong(counter + OWNED_BY)));
        putLong(counter + LAST, batch);
    }

    /// {@return where the last entry of a batch lies that is full}
    private static long lastPlace(long batch, long owner) {
        return batch + (owner == 0 ? ZONE_ENTRIES : CAPACITY) * (long) ENTRY_BYTES;
    }

    private long counter(int number) {
        return counters + number * (long) COUNTER_BYTES;
    }

    /// {@return a sum that changes with use, mostly} From any thread, racy.
    long activity() {
        long sum = 0;
        for (int number = 0; number < COUNTERS; number++) {
            sum = 31 * sum + getLongOpaque(counter(number) + LAST) + getLongOpaque(counter(number) + ROOM);
        }
        return sum;
    }

    /// Counts the slots that are held back, or in the mail and not yet read. From any thread, racy.
    /// @param slots by size class; the slots are added
    void countSlots(long[] slots) {
        for (int number = 0; number < COUNTERS; number++) {
            long batch = getLongOpaque(counter(number) + BATCH);
            countSlots(batch, getLongOpaque(counter(number) + LAST) + ENTRY_BYTES, slots);
        }
        for (int number = 0; number < BATCHES; number++) {
            long batch = batches + number * (long) BatchLayout.BYTES;
            countSlots(batch, BatchLayout.endOf(batch), slots);
        }
    }

    private static void countSlots(long batch, long end, long[] slots) {
        for (long entry = batch + ENTRIES; entry < end && entry < batch + BatchLayout.BYTES; entry += ENTRY_BYTES) {
            long chain = getLongOpaque(entry + CHAIN);
            slots[Chain.sizeClass(chain)] += Chain.slots(chain);
        }
    }
}
