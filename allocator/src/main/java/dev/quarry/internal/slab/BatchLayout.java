// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongAcquire;
import static dev.quarry.numa.RawMemory.putLong;
import static dev.quarry.numa.RawMemory.putLongRelease;

/// A batch of remote frees: chains of slots whose slabs have one owner, filled by one thread and sent whole.
///
/// | offset | bytes   | field     | meaning                                         | written by      | mode    |
/// |-------:|--------:|-----------|-------------------------------------------------|-----------------|---------|
/// |      0 |       8 | `NEXT`    | next letter in a mailbox; 0 while it is filled  | sender          | plain   |
/// |      8 |       8 | `STATE`   | `IDLE`, `FILLING`, or the bytes of all entries  | sender, reader  | release |
/// |     16 | 16 each | `ENTRIES` | descriptor of a slab, and its [Chain]           | sender          | plain   |
///
/// A batch lies in the record of its sender's arena. It is the sender's until it is in a mailbox, then the
/// reader's, until that one makes it idle. `NEXT` lies where the slab of an entry before the first one would lie,
/// and is 0 while the batch is filled: so the search for a slab in the last entry needs no question whether there
/// is one.
public final class BatchLayout {
    /// Bytes of a batch.
    public static final int BYTES = 256;

    /// Offset: see the table above.
    public static final int NEXT = 0;

    /// See the table above.
    public static final int STATE = 8;

    /// See the table above.
    public static final int ENTRIES = 16;

    /// Bytes of an entry.
    public static final int ENTRY_BYTES = 16;

    /// Offset in an entry: the slab's descriptor.
    public static final int SLAB = 0;

    /// Offset in an entry: the [Chain].
    public static final int CHAIN = 8;

    /// Entries of a batch.
    public static final int CAPACITY = (BYTES - ENTRIES) / ENTRY_BYTES;

    /// What a batch may hold, in bytes of slots.
    public static final int MAX_BYTES = 64 << 10;

    /// The most slots that a batch may hold.
    public static final int MAX_SLOTS = 64;

    /// State: nobody uses it.
    public static final long IDLE = 0;

    /// State: its sender fills it.
    public static final long FILLING = -1;

    private BatchLayout() {}

    /// {@return whether its sender may fill it again}
    /// @param batch address
    public static boolean isIdle(long batch) {
        return getLongAcquire(batch + STATE) == IDLE;
    }

    /// Begins to fill it.
    /// @param batch idle, or filled by the same thread
    public static void begin(long batch) {
        putLong(batch + STATE, FILLING);
        putLong(batch + NEXT, 0);
    }

    /// Ends it. What follows is to send it.
    /// @param batch that is filled
    /// @param last  address of its last entry
    public static void end(long batch, long last) {
        putLong(batch + STATE, last - batch);
    }

    /// Gives it back to its sender, who may fill it at once.
    /// @param batch that was sent
    public static void release(long batch) {
        putLongRelease(batch + STATE, IDLE);
    }

    /// {@return what a slot takes of [#MAX_BYTES]} At least so much that no more than [#MAX_SLOTS] have room.
    /// @param slotBytes its bytes
    static long cost(int slotBytes) {
        return Math.max(slotBytes, MAX_BYTES / MAX_SLOTS);
    }

    /// {@return the address behind the last entry of a batch that was sent; of another none that lies behind an
    /// entry}
    /// @param batch address
    public static long endOf(long batch) {
        return batch + getLong(batch + STATE) + ENTRY_BYTES;
    }
}
