// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.SizeClasses.COUNT;
import static dev.quarry.internal.slab.SlabLayout.BASE;
import static dev.quarry.internal.slab.SlabLayout.CAPACITY;
import static dev.quarry.internal.slab.SlabLayout.CLASS;
import static dev.quarry.internal.slab.SlabLayout.CURRENT;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.EXTENDED;
import static dev.quarry.internal.slab.SlabLayout.FREES;
import static dev.quarry.internal.slab.SlabLayout.GUARDED;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.numa.RawMemory.fill;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongOpaque;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.SlabList;
import dev.quarry.internal.slab.Slabs;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import java.util.concurrent.atomic.AtomicLong;

/// The slabs that an arena owns: of each class a current one, those with free slots, and all full ones.
///
/// The current slab's `FREES` is one less than the slots taken back, so that it never looks empty to the fast path;
/// a full slab's is such that the next free looks like the last one, and takes the slow path, which puts the slab
/// back. Slabs that became empty stay while the class's depth allows; the others retire to the zone.
///
/// Slots that were used before are used again before the memory of others is touched for the first time, so a slab
/// may be put among those with free slots whose free list is empty: it has slots that were never in it.
///
/// Not thread-safe: the arena's owner only.
final class SlabCache {
    private final Space space;
    private final Home home;
    private final MailReader mail;
    private final int ownerWord;
    private final long nullSlab;
    private final long[] current = new long[COUNT];
    private final SlabList[] partial = new SlabList[COUNT];
    private final SlabList full = new SlabList(SlabLayout.FULL);
    private final EmptySlabs empty;
    private final RestingSlabs resting = new RestingSlabs(this);

    SlabCache(
            Space space,
            Home home,
            AtomicLong budgetBytes,
            ArenaMail mail,
            long mailbox,
            int ownerWord,
            long nullSlab) {
        this.space = space;
        this.home = home;
        this.mail = new MailReader(this, mail, mailbox, ownerWord);
        this.ownerWord = ownerWord;
        this.nullSlab = nullSlab;
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            partial[sizeClass] = new SlabList(SlabLayout.PARTIAL);
            current[sizeClass] = nullSlab;
        }
        this.empty = new EmptySlabs(space, partial, budgetBytes);
    }

    /// {@return the current slab of a class, perhaps the null slab}
    long current(int sizeClass) {
        return current[sizeClass];
    }

    /// {@return a sum over the current slabs that changes with use, mostly} From any thread.
    long activity() {
        long sum = 0;
        for (long slab : current) {
            if (slab != nullSlab) {
                sum = 31 * sum + slab + 7 * getLongOpaque(slab + HEAD) + getLongOpaque(slab + FREES);
            }
        }
        return sum;
    }

    /// Finds a slab with a free slot and makes it current.
    /// @return its descriptor; 0 when neither memory nor credit is there. It may be the slab that was current before
    long refill(int sizeClass) {
        empty.countRefill();
        mail.read();
        long slab = current[sizeClass];
        if (slab != nullSlab && getLong(slab + HEAD) != END) {
            return slab;
        }
        long fresh = usedBefore(sizeClass);
        if (fresh == 0) {
            if (slab != nullSlab && CALL.extend(this, slab)) {
                return slab;
            }
            fresh = partial[sizeClass].head();
        }
        boolean comesFromZone = fresh == 0;
        if (comesFromZone) {
            CALL.retireOne(empty);
            fresh = CALL.takeSlab(home, sizeClass, ownerWord);
            if (fresh == 0) {
                return 0;
            }
            empty.miss(sizeClass);
        } else {
            partial[sizeClass].remove(fresh);
            if (SlabLayout.used(fresh) == 0) {
                empty.take(sizeClass);
            }
        }
        if (getLong(fresh + HEAD) == END) {
            CALL.extend(this, fresh);
        }
        if (slab != nullSlab) {
            CALL.putAside(this, slab);
        }
        putLong(fresh + FREES, getLong(fresh + FREES) - 1);
        SlabList.setState(fresh, CURRENT);
        current[sizeClass] = fresh;
        if (comesFromZone) {
            empty.publish(sizeClass, fresh);
        }
        return fresh;
    }

    /// Brings unused slots into the free list; in the guarded modes poisoned, like every free slot.
    boolean extend(long slab) {
        int before = getInt(slab + EXTENDED);
        if (!Slabs.extend(slab)) {
            return false;
        }
        home.countSlots(slab, before, getInt(slab + EXTENDED));
        if ((ownerWord & GUARDED) != 0) {
            int slotBytes = SlabLayout.slotBytes(slab);
            long bytes = (long) (getInt(slab + EXTENDED) - before) * slotBytes;
            fill(getLong(slab + BASE) + (long) before * slotBytes, bytes, Guard.POISON);
        }
        return true;
    }

    /// {@return a partial slab with at least as many free slots that were used before as an extension brings new
    /// ones, of the first two; 0 if neither is one} With fewer of them a thread would refill more often.
    private long usedBefore(int sizeClass) {
        long slab = partial[sizeClass].head();
        if (slab != 0 && !isWorthATurn(slab)) {
            slab = SlabList.next(slab);
        }
        return slab == 0 || !isWorthATurn(slab) ? 0 : slab;
    }

    private static boolean isWorthATurn(long slab) {
        return getInt(slab + EXTENDED) - SlabLayout.used(slab) >= Slabs.stepSlots(slab);
    }

    /// Puts the slab that was current, and whose free list is empty, among the full ones, unless it has slots that
    /// were never used.
    void putAside(long slab) {
        if (getInt(slab + EXTENDED) < getInt(slab + CAPACITY)) {
            unpin(slab);
            partial[getInt(slab + CLASS)].append(slab);
            if (SlabLayout.used(slab) == 0) {
                // A stack overflow has lost the slots that were in its list, and they can empty it no more.
                empty.add(slab);
            }
            return;
        }
        unpin(slab);
        Slabs.setFull(slab);
        full.append(slab);
    }

    /// Puts a full slab back among those with free slots, because one of its slots is about to be freed.
    void unfill(long slab) {
        full.remove(slab);
        Slabs.clearFull(slab);
        partial[getInt(slab + CLASS)].append(slab);
    }

    /// After a free with which a slab's `FREES` reached its `MALLOCS`: it is empty, or it was full.
    void settle(long slab) {
        if (SlabLayout.state(slab) == SlabLayout.FULL) {
            CALL.settleFull(this, slab);
        } else {
            empty.add(slab);
        }
    }

    /// Puts back a full slab of which a slot was freed. Where the stack does not suffice for that, the next free of the
    /// slab does it, or [#trim].
    void settleFull(long slab) {
        if (StackReserve.sufficesForArena()) {
            unfill(slab);
            if (getLong(slab + FREES) == getLong(slab + MALLOCS)) {
                empty.add(slab);
            }
        }
    }

    /// Does what frees could not do for want of stack, and no later free of the same slab has done.
    private void settleAllFull() {
        long slab = full.head();
        while (slab != 0) {
            long next = SlabList.next(slab);
            if (getLong(slab + FREES) >= getLong(slab + MALLOCS)) {
                settleFull(slab);
            }
            slab = next;
        }
    }

    /// {@return what is kept of slabs without a slot in use}
    EmptySlabs empty() {
        return empty;
    }

    /// {@return what reads the arena's mail}
    MailReader mail() {
        return mail;
    }

    /// Gives back what is empty; keeps what is in use.
    void trim() {
        mail.read();
        settleAllFull();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            empty.trim(sizeClass);
            if (isEmpty(current[sizeClass])) {
                retireCurrent(sizeClass);
            }
        }
    }

    /// Gives up every slab: the zone takes them over.
    void surrender() {
        mail.read();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            long slab = current[sizeClass];
            if (slab != nullSlab) {
                current[sizeClass] = nullSlab;
                unpin(slab);
                space.zoneOf(slab).adoptSlab(slab);
            }
            empty.forget(sizeClass);
        }
        for (long slab = full.head(); slab != 0; slab = full.head()) {
            unfill(slab);
        }
        for (SlabList list : partial) {
            giveUp(list);
        }
    }

    private void giveUp(SlabList list) {
        for (long slab = list.head(); slab != 0; slab = list.head()) {
            list.remove(slab);
            space.zoneOf(slab).adoptSlab(slab);
        }
    }

    /// Retires the current slabs that [RestingSlabs] says were of no use. No fast path may know them any more.
    void retireRested() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            if (resting.hasRested(sizeClass)) {
                retireCurrent(sizeClass);
            }
        }
    }

    /// {@return which current slabs lie empty}
    RestingSlabs resting() {
        return resting;
    }

    /// {@return whether the current slab of a class has no slot in use}
    boolean isCurrentEmpty(int sizeClass) {
        return isEmpty(current[sizeClass]);
    }

    private boolean isEmpty(long slab) {
        return slab != nullSlab && SlabLayout.used(slab) == 0;
    }

    private void retireCurrent(int sizeClass) {
        long slab = current[sizeClass];
        current[sizeClass] = nullSlab;
        unpin(slab);
        CALL.retireSlab(space.zoneOf(slab), slab);
    }

    private static void unpin(long slab) {
        putLong(slab + FREES, getLong(slab + FREES) + 1);
        SlabList.setState(slab, 0);
    }
}
