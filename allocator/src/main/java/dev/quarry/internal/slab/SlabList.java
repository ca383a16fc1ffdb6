// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SlabLayout.NEXT;
import static dev.quarry.internal.slab.SlabLayout.PREVIOUS;
import static dev.quarry.internal.slab.SlabLayout.STATE;
import static dev.quarry.internal.slab.SlabLayout.STATE_MASK;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;

/// A doubly linked list of slabs in one state, threaded through their descriptors.
///
/// New slabs go to the tail and are taken from the head: a slab that has just got its first free slot waits while
/// others free more of theirs, so that taking it pays. Not thread-safe.
public final class SlabList {
    private final int state;
    private long head;
    private long tail;
    private int size;

    /// An empty list.
    /// @param state the state that its members have
    public SlabList(int state) {
        this.state = state;
    }

    /// {@return the first slab, or 0}
    public long head() {
        return head;
    }

    /// {@return the number of slabs}
    public int size() {
        return size;
    }

    /// {@return the slab after another, or 0}
    /// @param slab a member
    public static long next(long slab) {
        return getLong(slab + NEXT);
    }

    /// Appends a slab and gives it the list's state.
    /// @param slab in no list
    public void append(long slab) {
        putLong(slab + NEXT, 0);
        putLong(slab + PREVIOUS, tail);
        setState(slab, state);
        if (tail == 0) {
            head = slab;
        } else {
            putLong(tail + NEXT, slab);
        }
        tail = slab;
        size++;
    }

    /// Removes a member.
    /// @param slab a member
    public void remove(long slab) {
        long next = getLong(slab + NEXT);
        long previous = getLong(slab + PREVIOUS);
        if (previous == 0) {
            head = next;
        } else {
            putLong(previous + NEXT, next);
        }
        if (next == 0) {
            tail = previous;
        } else {
            putLong(next + PREVIOUS, previous);
        }
        size--;
    }

    /// Sets a slab's state and keeps its flags.
    /// @param slab  descriptor
    /// @param state the new state
    public static void setState(long slab, int state) {
        putInt(slab + STATE, getInt(slab + STATE) & ~STATE_MASK | state);
    }
}
