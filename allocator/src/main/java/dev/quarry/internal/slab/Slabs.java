// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabLayout.AHEAD;
import static dev.quarry.internal.slab.SlabLayout.ALLOCATED;
import static dev.quarry.internal.slab.SlabLayout.CAPACITY;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.EXTENDED;
import static dev.quarry.internal.slab.SlabLayout.FREES;
import static dev.quarry.internal.slab.SlabLayout.FULL;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.LINKS;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.SlabLayout.QUARANTINED;
import static dev.quarry.internal.slab.SlabLayout.REMOTE;
import static dev.quarry.internal.slab.SlabLayout.STATE;
import static dev.quarry.internal.slab.SlabLayout.STATE_MASK;
import static dev.quarry.numa.RawMemory.compareAndSetLong;
import static dev.quarry.numa.RawMemory.getAndSetLong;
import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongAcquire;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putIntRelease;
import static dev.quarry.numa.RawMemory.putLong;
import static dev.quarry.numa.RawMemory.putLongRelease;

/// What is done to one slab away from the fast path.
///
/// Thread-safety: the owner only, but [#pushRemote], which any thread may call.
public final class Slabs {
    /// How much of a slab enters the free list at a time. Only links are written, so it costs no memory; but what
    /// has been in the list counts as dirty when the slab retires, and calloc must zero it.
    static final int EXTEND_BYTES = 4096;

    private Slabs() {}

    /// Puts slots that were never used into the free list, lowest first.
    /// @param slab descriptor whose free list is empty
    /// @return whether there were any
    public static boolean extend(long slab) {
        int capacity = getInt(slab + CAPACITY);
        int extended = getInt(slab + EXTENDED);
        if (extended >= capacity) {
            return false;
        }
        int count = Math.min(stepSlots(slab), capacity - extended);
        long links = slab + LINKS;
        int last = extended + count - 1;
        for (int index = extended; index < last; index++) {
            putChar(links + 2L * index, (char) (index + 1));
        }
        putChar(links + 2L * last, (char) getLong(slab + HEAD));
        putInt(slab + EXTENDED, extended + count);
        putLong(slab + HEAD, extended);
        return true;
    }

    /// {@return how many slots an extension brings, but for the slab's last one}
    /// @param slab descriptor
    public static int stepSlots(long slab) {
        return Math.max(1, EXTEND_BYTES / SlabLayout.slotBytes(slab));
    }

    /// Pushes a chain of freed slots of a slab that somebody else owns.
    /// @param slab     descriptor
    /// @param index    of the chain's first slot
    /// @param lastLink address of the link of the chain's last slot
    /// @param count    slots of the chain
    /// @return whether the slab had none before: the caller must then send it to its owner's mailbox
    public static boolean pushRemote(long slab, int index, long lastLink, int count) {
        for (; ; ) {
            long remote = getLongAcquire(slab + REMOTE);
            int first = (int) remote - 1;
            putChar(lastLink, first < 0 ? (char) END : (char) first);
            long pushed = (remote >>> 32) + count << 32 | index + 1L;
            if (compareAndSetLong(slab + REMOTE, remote, pushed)) {
                return remote == 0;
            }
        }
    }

    /// Pushes a chain of freed slots of a slab that somebody else owns.
    /// @param slab  descriptor
    /// @param chain its slots
    /// @return as [#pushRemote(long, int, long, int)]
    public static boolean pushRemote(long slab, long chain) {
        long lastLink = SlabLayout.link(slab, Chain.last(chain));
        return pushRemote(slab, Chain.first(chain), lastLink, Chain.slots(chain));
    }

    /// Moves a chain of a batch into the free list.
    /// @param slab  descriptor, which is not full
    /// @param chain its slots
    public static void join(long slab, long chain) {
        putChar(SlabLayout.link(slab, Chain.last(chain)), (char) getLong(slab + HEAD));
        putLong(slab + HEAD, Chain.first(chain));
        putLong(slab + FREES, getLong(slab + FREES) + Chain.slots(chain));
    }

    /// Marks a slab as full: see [SlabLayout#FULL]. The state is written before `FREES` says what is not true, and
    /// taken back after it says the truth again: `stats()` reads both.
    /// @param slab descriptor, in no list
    public static void setFull(long slab) {
        putLong(slab + AHEAD, getLong(slab + MALLOCS) - 1 - getLong(slab + FREES));
        putIntRelease(slab + STATE, getInt(slab + STATE) & ~STATE_MASK | FULL);
        putLongRelease(slab + FREES, getLong(slab + MALLOCS) - 1);
    }

    /// Takes back the mark.
    /// @param slab descriptor of a full slab, in no list
    public static void clearFull(long slab) {
        putLong(slab + FREES, getLong(slab + FREES) - getLong(slab + AHEAD));
        putIntRelease(slab + STATE, getInt(slab + STATE) & ~STATE_MASK);
    }

    /// Moves the remotely freed slots into the free list. Only for who took the slab out of a mailbox.
    /// @param slab descriptor
    /// @return how many there were
    public static int collectRemote(long slab) {
        long remote = getAndSetLong(slab + REMOTE, 0);
        int count = SlabLayout.remoteCount(remote);
        if (count == 0) {
            return 0;
        }
        int first = (int) remote - 1;
        long head = getLong(slab + HEAD);
        if (head != END) {
            int last = first;
            for (int next = SlabLayout.next(slab, last); next != END; next = SlabLayout.next(slab, last)) {
                last = next;
            }
            putChar(SlabLayout.link(slab, last), (char) head);
        }
        putLong(slab + HEAD, first);
        putLong(slab + FREES, getLong(slab + FREES) + count);
        return count;
    }

    /// Walks one slab at rest.
    /// @param slab descriptor
    /// @return slots that are neither free nor allocated: what a stack overflow between two stores has lost
    /// @throws IllegalStateException naming the first invariant that does not hold
    public static int verify(long slab) {
        int extended = getInt(slab + EXTENDED);
        require(extended >= 0 && extended <= getInt(slab + CAPACITY), "extended beyond its capacity", slab);
        int allocated = 0;
        int quarantined = 0;
        long links = slab + LINKS;
        for (int index = 0; index < extended; index++) {
            char link = getChar(links + 2L * index);
            allocated += link == ALLOCATED ? 1 : 0;
            quarantined += link == QUARANTINED ? 1 : 0;
        }
        int free = listLength(slab, (int) getLong(slab + HEAD), extended);
        long remote = getLong(slab + REMOTE);
        int inRemote = remote == 0 ? 0 : listLength(slab, (int) remote - 1, extended);
        require(inRemote == SlabLayout.remoteCount(remote), "remote frees do not add up", slab);
        long used = SlabLayout.used(slab);
        require(used >= allocated + quarantined + inRemote, "more slots allocated than counted", slab);
        require(free + used <= extended, "free list and used slots overlap", slab);
        return (int) (extended - free - used);
    }

    private static int listLength(long slab, int head, int limit) {
        int length = 0;
        for (int index = head; index != END; ) {
            // Before the link is read: a slab that does not rest may lead anywhere, and that may not be mapped.
            require(index >= 0 && index < limit, "a free list leaves the slab", slab);
            char link = getChar(SlabLayout.link(slab, index));
            require(link != ALLOCATED && link != QUARANTINED, "an allocated slot is in a free list", slab);
            require(++length <= limit, "a free list is a circle", slab);
            index = link;
        }
        return length;
    }

    private static void require(boolean holds, String what, long slab) {
        if (!holds) {
            throw new IllegalStateException("slab 0x" + Long.toHexString(getLong(slab + SlabLayout.BASE))
                    + " of slots of " + SlabLayout.slotBytes(slab) + ": " + what);
        }
    }
}
