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
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.OWNER_MASK;
import static dev.quarry.numa.RawMemory.fill;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongOpaque;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.BatchLayout;
import dev.quarry.internal.slab.Chain;
import dev.quarry.internal.slab.Mailbox;
import dev.quarry.internal.slab.SizeClasses;
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
    private static final int PERIOD_EVENTS = 1024;

    /// Empty slabs that one class may keep: more of them serve other classes better.
    private static final int MAX_EMPTY_SLABS = 2;

    private final Space space;
    private final Home home;
    private final ArenaMail mail;
    private final long mailbox;
    private final int ownerWord;
    private final long nullSlab;
    private final long[] current = new long[COUNT];
    private final SlabList[] partial = new SlabList[COUNT];
    private final SlabList full = new SlabList(SlabLayout.FULL);
    private final int[] emptySlots = new int[COUNT];
    private final LookasideDepth[] depths = new LookasideDepth[COUNT];
    /// Classes, a bit each, whose current slab was empty at the last [#noteResting].
    private final long[] resting = new long[(COUNT + Long.SIZE - 1) / Long.SIZE];

    private int eventsInPeriod;
    private int nextToRetire;
    private long collectedRemote;
    private final long[] flushes = new long[COUNT];
    private long unpublishedFlushes;
    private long unpublishedFlushBytes;

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
        this.mail = mail;
        this.mailbox = mailbox;
        this.ownerWord = ownerWord;
        this.nullSlab = nullSlab;
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            int slotBytes = SizeClasses.slotBytes(sizeClass);
            int max = SizeClasses.capacity(sizeClass) * MAX_EMPTY_SLABS;
            partial[sizeClass] = new SlabList(SlabLayout.PARTIAL);
            depths[sizeClass] = new LookasideDepth(
                    budgetBytes, slotBytes, 0, Math.min(max, space.config().lookasideDepthMax() * 16));
            current[sizeClass] = nullSlab;
        }
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
        if (++eventsInPeriod >= PERIOD_EVENTS) {
            endPeriod();
        }
        readMail();
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
            CALL.retireOneEmpty(this);
            fresh = CALL.takeSlab(home, sizeClass, ownerWord);
            if (fresh == 0) {
                return 0;
            }
            depths[sizeClass].miss(SizeClasses.capacity(sizeClass));
        } else {
            partial[sizeClass].remove(fresh);
            if (SlabLayout.used(fresh) == 0) {
                emptySlots[sizeClass] -= SizeClasses.capacity(sizeClass);
                depths[sizeClass].observe(emptySlots[sizeClass]);
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
            publish(sizeClass, fresh);
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
                onEmpty(slab);
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
            onEmpty(slab);
        }
    }

    /// Puts back a full slab of which a slot was freed. Where the stack does not suffice for that, the next free of the
    /// slab does it, or [#trim].
    void settleFull(long slab) {
        if (StackReserve.sufficesForArena()) {
            unfill(slab);
            if (getLong(slab + FREES) == getLong(slab + MALLOCS)) {
                onEmpty(slab);
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

    /// Keeps or retires a slab of this arena, not the current one, whose last slot was freed.
    void onEmpty(long slab) {
        int sizeClass = getInt(slab + CLASS);
        int capacity = SizeClasses.capacity(sizeClass);
        if (emptySlots[sizeClass] + capacity <= depths[sizeClass].depth() || !StackReserve.sufficesForArena()) {
            emptySlots[sizeClass] += capacity;
            return;
        }
        partial[sizeClass].remove(slab);
        CALL.flush(this, slab, sizeClass);
    }

    /// Retires an empty slab that is in no list.
    void flush(long slab, int sizeClass) {
        flushes[sizeClass]++;
        unpublishedFlushes++;
        unpublishedFlushBytes += SizeClasses.slabBytes(sizeClass);
        CALL.retireSlab(space.zoneOf(slab), slab);
    }

    /// Tells of a slab that came, and of those that went since the last one came: where slabs go, the caller may
    /// hold the pool's lock.
    private void publish(int sizeClass, long fresh) {
        EventHub events = space.events();
        if (events.isListening()) {
            int node = space.zoneOf(fresh).node();
            if (unpublishedFlushes != 0) {
                events.publish(EventKind.FLUSH, node, unpublishedFlushBytes, unpublishedFlushes, 0);
            }
            events.publish(
                    EventKind.REFILL, node, SizeClasses.slabBytes(sizeClass), SizeClasses.slotBytes(sizeClass), 0);
        }
        unpublishedFlushes = 0;
        unpublishedFlushBytes = 0;
    }

    /// Collects the remote frees of the slabs in the mailbox.
    /// @return whether there was any mail
    boolean readMail() {
        long first = Mailbox.isEmpty(mailbox) ? 0 : Mailbox.takeAll(mailbox);
        if (first == 0) {
            return false;
        }
        CALL.collect(this, first);
        return true;
    }

    /// Collects the remote frees that came by mail.
    /// @param first letter of it
    void collect(long first) {
        long letter = first;
        while (letter != 0) {
            long next = Mailbox.next(letter);
            if (Mailbox.isBatch(letter)) {
                open(Mailbox.batch(letter));
            } else {
                collectSlab(letter);
            }
            letter = next;
        }
    }

    private void collectSlab(long slab) {
        int owner = getIntAcquire(slab + OWNER);
        if (owner != ownerWord) {
            mail.send(slab, owner & OWNER_MASK);
            return;
        }
        if (SlabLayout.state(slab) == SlabLayout.FULL) {
            unfill(slab);
        }
        collectedRemote += Slabs.collectRemote(slab);
        if (getLong(slab + FREES) == getLong(slab + MALLOCS)) {
            onEmpty(slab);
        }
    }

    private void open(long batch) {
        long end = BatchLayout.endOf(batch);
        for (long entry = batch + BatchLayout.ENTRIES; entry < end; entry += BatchLayout.ENTRY_BYTES) {
            join(getLong(entry + BatchLayout.SLAB), getLong(entry + BatchLayout.CHAIN));
        }
        BatchLayout.release(batch);
    }

    /// Takes back slots of a batch. Of a slab that another arena owns by now they go on.
    private void join(long slab, long chain) {
        if (getIntAcquire(slab + OWNER) != ownerWord) {
            mail.push(slab, chain);
            return;
        }
        if (getLong(slab + FREES) + Chain.slots(chain) >= getLong(slab + MALLOCS)
                && SlabLayout.state(slab) == SlabLayout.FULL) {
            unfill(slab);
        }
        Slabs.join(slab, chain);
        collectedRemote += Chain.slots(chain);
        if (getLong(slab + FREES) == getLong(slab + MALLOCS)) {
            onEmpty(slab);
        }
    }

    /// Before the zone may have to grow, one empty slab of any class goes back to it, in turn: at a peak, what is
    /// kept for classes past theirs would be held for nothing.
    void retireOneEmpty() {
        for (int tries = 0; tries < COUNT; tries++) {
            nextToRetire = nextToRetire + 1 < COUNT ? nextToRetire + 1 : 0;
            if (emptySlots[nextToRetire] > 0) {
                drain(nextToRetire, SizeClasses.capacity(nextToRetire));
                return;
            }
        }
    }

    /// Retires the empty slabs that the class's depth does not need.
    private void drain(int sizeClass, int wantedSlots) {
        if (emptySlots[sizeClass] == 0 || !StackReserve.sufficesForArena()) {
            return;
        }
        int capacity = SizeClasses.capacity(sizeClass);
        int left = wantedSlots;
        long slab = partial[sizeClass].head();
        while (slab != 0 && left >= capacity) {
            long next = SlabList.next(slab);
            if (SlabLayout.used(slab) == 0) {
                partial[sizeClass].remove(slab);
                emptySlots[sizeClass] -= capacity;
                left -= capacity;
                flush(slab, sizeClass);
            }
            slab = next;
        }
    }

    /// Gives back what is empty; keeps what is in use.
    void trim() {
        readMail();
        settleAllFull();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            drain(sizeClass, Integer.MAX_VALUE);
            depths[sizeClass].reset();
            if (isEmpty(current[sizeClass])) {
                retireCurrent(sizeClass);
            }
        }
    }

    /// Gives up every slab: the zone takes them over.
    void surrender() {
        readMail();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            long slab = current[sizeClass];
            if (slab != nullSlab) {
                current[sizeClass] = nullSlab;
                unpin(slab);
                space.zoneOf(slab).adoptSlab(slab);
            }
            emptySlots[sizeClass] = 0;
            depths[sizeClass].reset();
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

    /// {@return remote frees collected so far}
    long collectedRemote() {
        return collectedRemote;
    }

    /// {@return slabs of a class that went back to the zone}
    long flushes(int sizeClass) {
        return flushes[sizeClass];
    }

    /// {@return misses of a class}
    long misses(int sizeClass) {
        return depths[sizeClass].misses();
    }

    /// {@return the depth of a class, in slots}
    int depth(int sizeClass) {
        return depths[sizeClass].depth();
    }

    /// Retires the empty slabs that were of no use since the last period's end.
    void endPeriod() {
        eventsInPeriod = 0;
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            int idle = depths[sizeClass].endPeriod(emptySlots[sizeClass]);
            if (idle != 0) {
                drain(sizeClass, idle);
            }
        }
    }

    /// Notes which current slabs are empty.
    void noteResting() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            int word = sizeClass / Long.SIZE;
            long bit = 1L << sizeClass;
            resting[word] = isEmpty(current[sizeClass]) ? resting[word] | bit : resting[word] & ~bit;
        }
    }

    /// {@return whether a current slab is empty that was so at the last note} Its class is of no use just now, or
    /// so little that to refill it costs nothing.
    boolean hasRested() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            if (hasRested(sizeClass)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasRested(int sizeClass) {
        return (resting[sizeClass / Long.SIZE] & 1L << sizeClass) != 0 && isEmpty(current[sizeClass]);
    }

    private boolean isEmpty(long slab) {
        return slab != nullSlab && SlabLayout.used(slab) == 0;
    }

    /// Retires those. No fast path may know them any more.
    void retireRested() {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            if (hasRested(sizeClass)) {
                retireCurrent(sizeClass);
            }
        }
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
