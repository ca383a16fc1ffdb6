// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.arena.SlowCalls.CALL;
import static dev.quarry.internal.slab.SizeClasses.MAX_SLOT;
import static dev.quarry.internal.slab.SlabLayout.ALLOCATED;
import static dev.quarry.internal.slab.SlabLayout.BASE;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.FREES;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.LIMIT;
import static dev.quarry.internal.slab.SlabLayout.LINKS;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.RECIPROCAL;
import static dev.quarry.internal.slab.SlabLayout.SHARED_BASE;
import static dev.quarry.internal.slab.SlabLayout.SHARED_LIMIT;
import static dev.quarry.internal.slab.SlabLayout.SHARED_RECIPROCAL;
import static dev.quarry.internal.slab.SlabLayout.SLOT;
import static dev.quarry.numa.RawHandles.GET_CHAR;
import static dev.quarry.numa.RawHandles.GET_LONG;
import static dev.quarry.numa.RawHandles.PUT_CHAR;
import static dev.quarry.numa.RawHandles.PUT_LONG;
import static dev.quarry.numa.RawHandles.rethrow;
import static dev.quarry.numa.RawMemory.asAddress;
import static dev.quarry.numa.RawMemory.copy;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;
import static dev.quarry.numa.RawMemory.zero;

import dev.quarry.Checks;
import dev.quarry.NumaPolicy;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.FrameTable;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import org.jspecify.annotations.Nullable;

/// One thread's, or one stripe's, private part of the allocator.
///
/// The fast paths of [#malloc] and [#free] touch the arena's lookup table, one descriptor and one link; no lock, no
/// atomic operation, no garbage. They store in an order in which a StackOverflowError between two stores loses at
/// most the one slot: out of the list before it is marked, marked before it is in the list. They touch memory by
/// [dev.quarry.numa.RawHandles], so that it stays inlined in callers of any length.
///
/// [#malloc] goes to the [Shortage] for want of memory; the others return 0, and the facade makes the exception.
///
/// Not thread-safe: its owner only, or who holds its stripe. Statistics may be read by anyone.
public final class Arena {
    private static final int LINE_BYTES = 64;
    private static final int LOOKUPS = LINE_BYTES;
    private static final int BATCHES = LOOKUPS + (LookupTable.BYTES + LINE_BYTES - 1 & -LINE_BYTES);

    /// Bytes of an arena's record: its mailbox on a line of its own, the lookup table, and from the next line on
    /// what others' blocks need.
    static final int RECORD_BYTES = BATCHES + RemoteBatches.TABLE_BYTES;

    /// Of an index nothing is lost by it, and the compiler knows then that the link lies in bounds.
    private static final long INDEX_MASK = 0xFFFF;

    /// Up to here words are copied one by one.
    private static final int WORD_COPY_BYTES = 512;

    private final Space space;
    private final long base;
    private final long byteSize;
    private final long frames;
    private final long nullSlab;
    private final int id;
    private final long lookups;
    private final boolean checked;
    private final Home home;
    private final SlabCache slabs;
    private final RemoteBatches batches;
    private final Spans spans;
    private final @Nullable Guard guard;
    private final FreeChecks checks;
    private final Shortage shortage;
    private final Upkeep upkeep;
    private final WasteSample waste = new WasteSample();
    private int slowPaths;
    private int period;
    private volatile boolean closed;

    Arena(ArenaPool pool, int id, Home home, long record) {
        this.space = pool.space();
        this.base = space.base;
        this.byteSize = space.byteSize;
        this.frames = space.frames.address;
        this.nullSlab = space.nullSlab;
        this.id = id;
        this.home = home;
        this.lookups = record + LOOKUPS;
        this.shortage = pool.shortage();
        this.upkeep = pool.upkeep();
        Checks level = space.config().checks();
        this.checked = level != Checks.OFF;
        this.checks = new FreeChecks(space);
        boolean guarded = level == Checks.CANARY || level == Checks.FULL;
        int ownerWord = guarded ? id | SlabLayout.GUARDED : id;
        this.slabs = new SlabCache(space, home, pool.lookasideBudgetBytes(), pool.mail(), record, ownerWord, nullSlab);
        this.batches = new RemoteBatches(pool.mail(), record + BATCHES);
        this.spans = new Spans(home, space, pool.lookasideBudgetBytes(), checks);
        this.guard = guarded ? new Guard(space.config(), checks) : null;
        clearLookups();
    }

    /// Allocates.
    /// @param size bytes, 0 allowed
    /// @return the address, aligned to 16; never 0
    /// @throws RuntimeException what the [Shortage] throws for want of memory, or for a size that is none
    public long malloc(long size) {
        try {
            final long slab = asAddress(LookupTable.slabFor(lookups, size, nullSlab));
            final long index = (long) GET_LONG.invokeExact(slab + HEAD) & INDEX_MASK;
            return index == END ? mallocSlow(size) : take(slab, index);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Allocates, or says that there is no memory.
    /// @param size bytes, 0 allowed
    /// @return the address, aligned to 16; 0 for want of memory, or for a size that is none
    public long tryMalloc(long size) {
        try {
            final long slab = asAddress(LookupTable.slabFor(lookups, size, nullSlab));
            final long index = (long) GET_LONG.invokeExact(slab + HEAD) & INDEX_MASK;
            return index == END ? tryMallocSlow(size) : take(slab, index);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Takes the first free slot out of its slab's list.
    private static long take(long slab, long index) {
        try {
            final long link = slab + LINKS + (index << 1);
            PUT_LONG.invokeExact(slab + HEAD, (long) (char) GET_CHAR.invokeExact(link));
            PUT_LONG.invokeExact(slab + MALLOCS, (long) GET_LONG.invokeExact(slab + MALLOCS) + 1);
            PUT_CHAR.invokeExact(link, ALLOCATED);
            return (long) GET_LONG.invokeExact(slab + BASE) + index * (long) GET_LONG.invokeExact(slab + SLOT);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Frees.
    /// @param address of a block; 0 is a no-op
    /// @throws dev.quarry.InvalidFreeException if it is not a live block's own address; nothing has changed
    public void free(long address) {
        try {
            final long offset = address - base;
            if (Long.compareUnsigned(offset, byteSize) >= 0) {
                freeOutside(address);
                return;
            }
            final long frame = (long) GET_LONG.invokeExact(
                    asAddress(frames) + (offset >>> SizeClasses.FRAME_SHIFT << FrameTable.ENTRY_SHIFT));
            if ((char) frame != id) {
                freeOther(address, frame);
                return;
            }
            freeOwn(address, frame >>> FrameTable.OWNER_BITS);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Of a slab of this arena.
    void freeOwn(long address, long slab) {
        try {
            final long reciprocal = (long) GET_LONG.invokeExact(slab + RECIPROCAL);
            final long product = (address - (long) GET_LONG.invokeExact(slab + BASE)) * reciprocal;
            final long index = product >>> 32;
            final long link = slab + LINKS + (index << 1);
            if ((FreeChecks.ALWAYS || checked)
                    && (Long.compareUnsigned(product, (long) GET_LONG.invokeExact(slab + LIMIT)) >= 0
                            || Integer.compareUnsigned((int) product, (int) reciprocal) >= 0
                            || (char) GET_CHAR.invokeExact(link) != ALLOCATED)) {
                refuse(address, slab);
            }
            final long frees = (long) GET_LONG.invokeExact(slab + FREES) + 1;
            PUT_CHAR.invokeExact(link, (char) (long) GET_LONG.invokeExact(slab + HEAD));
            PUT_LONG.invokeExact(slab + FREES, frees);
            PUT_LONG.invokeExact(slab + HEAD, index);
            if (frees >= (long) GET_LONG.invokeExact(slab + MALLOCS)) {
                slabs.settle(slab);
            }
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Throws, but for an allocator that was told not to check.
    private void refuse(long address, long slab) {
        if (checked) {
            throw checks.refused(address, slab);
        }
    }

    /// Allocates zeroed memory.
    ///
    /// Up to some hundred bytes are zeroed here, as they are copied in [#realloc]: that is done before the way to the
    /// bulk fill is gone.
    /// @param size bytes
    /// @return the address; 0 for want of memory
    public long calloc(long size) {
        if (size > MAX_SLOT) {
            return closed ? 0 : CALL.callocSpan(this, size);
        }
        try {
            final long slab = asAddress(LookupTable.slabFor(lookups, size, nullSlab));
            final long index = (long) GET_LONG.invokeExact(slab + HEAD) & INDEX_MASK;
            if (index == END) {
                return closed || size < 0 ? 0 : CALL.callocSlot(this, size);
            }
            final long address = asAddress(take(slab, index));
            if (size > WORD_COPY_BYTES) {
                zero(address, size);
                return address;
            }
            for (long offset = 0; offset < size; offset += 16) {
                PUT_LONG.invokeExact(address + offset, 0L);
                PUT_LONG.invokeExact(address + offset + 8, 0L);
            }
            return address;
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Called by way of [SlowCalls]. What was never used may be known to be zero.
    long callocSlot(long size) {
        final long slab = LookupTable.slabFor(lookups, size, nullSlab);
        final long fresh = slab == nullSlab ? 0 : takeZeroed(slab);
        if (fresh != 0) {
            return fresh;
        }
        final long address = mallocSlot(size);
        if (address != 0) {
            zero(address, size);
        }
        return address;
    }

    /// Allocates with an alignment.
    /// @param alignment a power of two
    /// @param size      bytes
    /// @return the address; 0 for want of memory
    public long alignedAlloc(long alignment, long size) {
        if (alignment <= SizeClasses.GRANULE_BYTES) {
            return tryMalloc(size);
        }
        if (size <= MAX_SLOT && alignment <= MAX_SLOT) {
            int sizeClass = SizeClasses.ofAligned(size, alignment);
            if (sizeClass >= 0) {
                return tryMalloc(SizeClasses.slotBytes(sizeClass));
            }
        }
        return closed ? 0 : CALL.alignedSpan(this, alignment, size);
    }

    /// Allocates zeroed memory with an alignment.
    /// @param alignment a power of two
    /// @param size      bytes
    /// @return the address; 0 for want of memory
    public long alignedCalloc(long alignment, long size) {
        if (alignment <= SpanMap.PAGE_BYTES && size > MAX_SLOT) {
            return calloc(size);
        }
        long address = alignedAlloc(alignment, size);
        if (address != 0) {
            zero(address, size);
        }
        return address;
    }

    /// Changes a block's size, moving it if it must be.
    ///
    /// Short blocks are copied word by word, which slots allow because they are whole granules; that is cheaper
    /// than the way to the bulk copy. By the handles: of [dev.quarry.numa.RawMemory]'s accesses the compiler
    /// inlines the first dozens only, and each word behind those was two calls (docs/adr/0010).
    ///
    /// The method is longer than what C2 inlines (`FreqInlineSize`), and means to be: a caller's loop into which it
    /// was inlined, with a second malloc and free, paid 2 ns more for each of its common operations.
    /// @param address of a live block, not 0
    /// @param newSize bytes
    /// @return its address now; 0 for want of memory, and then the old block is as it was
    public long realloc(long address, long newSize) {
        final long offset = address - base;
        if (Long.compareUnsigned(offset, byteSize) >= 0) {
            throw checks.foreign(address);
        }
        final long slab = space.frames.slabAt(offset);
        if (slab == nullSlab) {
            return closed ? 0 : reallocSpan(address, newSize);
        }
        checks.requireAllocated(address, slab);
        final int slotBytes = SlabLayout.slotBytes(slab);
        if (newSize <= slotBytes
                && (newSize > slotBytes >>> 1 || SizeClasses.of(newSize) == getInt(slab + SlabLayout.CLASS))) {
            return address;
        }
        final long target = tryMalloc(newSize);
        if (target == 0) {
            return 0;
        }
        long left = Math.min(slotBytes, newSize);
        if (left > WORD_COPY_BYTES) {
            copy(address, target, left);
            free(address);
            return target;
        }
        try {
            long from = asAddress(address);
            long to = asAddress(target);
            for (; left >= 64; left -= 64) {
                PUT_LONG.invokeExact(to, (long) GET_LONG.invokeExact(from));
                PUT_LONG.invokeExact(to + 8, (long) GET_LONG.invokeExact(from + 8));
                PUT_LONG.invokeExact(to + 16, (long) GET_LONG.invokeExact(from + 16));
                PUT_LONG.invokeExact(to + 24, (long) GET_LONG.invokeExact(from + 24));
                PUT_LONG.invokeExact(to + 32, (long) GET_LONG.invokeExact(from + 32));
                PUT_LONG.invokeExact(to + 40, (long) GET_LONG.invokeExact(from + 40));
                PUT_LONG.invokeExact(to + 48, (long) GET_LONG.invokeExact(from + 48));
                PUT_LONG.invokeExact(to + 56, (long) GET_LONG.invokeExact(from + 56));
                from += 64;
                to += 64;
            }
            for (; left > 0; left -= 16) {
                PUT_LONG.invokeExact(to, (long) GET_LONG.invokeExact(from));
                PUT_LONG.invokeExact(to + 8, (long) GET_LONG.invokeExact(from + 8));
                from += 16;
                to += 16;
            }
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
        free(address);
        return target;
    }

    private long reallocSpan(long address, long newSize) {
        upkeep.onSlowPath(this);
        if (newSize > MAX_SLOT) {
            long resized = spans.realloc(address, newSize);
            if (resized != Spans.MUST_COPY) {
                return resized;
            }
        }
        long oldSize = spans.usableSize(address);
        long target = tryMalloc(newSize);
        if (target != 0) {
            copy(address, target, Math.min(oldSize, newSize));
            free(address);
        }
        return target;
    }

    /// Not by way of [#tryMallocSlow], which would make this short enough to be inlined into each malloc.
    private long mallocSlow(long size) {
        final long address =
                closed || size < 0 ? 0 : size > MAX_SLOT ? CALL.mallocSpan(this, size) : CALL.mallocSlot(this, size);
        return address != 0 ? address : shortage.malloc(size);
    }

    private long tryMallocSlow(long size) {
        return closed || size < 0 ? 0 : size > MAX_SLOT ? CALL.mallocSpan(this, size) : CALL.mallocSlot(this, size);
    }

    /// {@return how many slow paths there were} The owner only.
    int countSlowPath() {
        return ++slowPaths;
    }

    /// Gives back what lay idle in the lists through a period, if one has ended since the last call.
    /// @param now the number of the period now
    void observePeriod(int now) {
        if (now != period) {
            period = now;
            slabs.empty().endPeriod();
            spans.endPeriod();
            if (slabs.resting().isAny() && StackReserve.sufficesForArena()) {
                clearLookups();
                slabs.retireRested();
                relook();
            }
            slabs.resting().note();
        }
    }

    /// Called by way of [SlowCalls].
    long mallocSpan(long size) {
        upkeep.onSpan(this);
        final long kept = spansHere().mallocKept(size);
        return kept != 0 ? kept : mallocFreshSpan(size);
    }

    private long mallocFreshSpan(long size) {
        upkeep.onSlowPath(this);
        return spansHere().mallocFresh(size);
    }

    /// Called by way of [SlowCalls]. To zero what is at hand costs less than to find clean pages and have the system
    /// fault them in.
    long callocSpan(long size) {
        upkeep.onSpan(this);
        final long kept = spansHere().mallocKept(size);
        if (kept != 0) {
            zero(kept, size);
            return kept;
        }
        upkeep.onSlowPath(this);
        return spansHere().callocFresh(size);
    }

    /// Called by way of [SlowCalls].
    long alignedSpan(long alignment, long size) {
        upkeep.onSlowPath(this);
        return spansHere().aligned(alignment, size);
    }

    /// Where the thread runs on another node now, everything that was taken from the old one goes back there: slots
    /// that are freed later go home by mail, and what is allocated from now on is of the new one.
    private void follow() {
        if (home.hasMoved()) {
            surrender();
            home.settle();
            spans.settle();
        }
    }

    private Spans spansHere() {
        follow();
        return spans;
    }

    /// Changes the policy: what was taken under the old one goes back.
    /// @param policy from now on; one that the allocator can use
    public void use(NumaPolicy policy) {
        StackReserve.ensureForArena();
        surrender();
        home.use(policy);
        spans.settle();
    }

    /// {@return the policy by which it takes memory}
    public NumaPolicy policy() {
        return home.policy();
    }

    /// Called by way of [SlowCalls].
    long mallocSlot(long size) {
        upkeep.onSlowPath(this);
        follow();
        StackReserve.ensure();
        int sizeClass = SizeClasses.of(size);
        long slab = refill(sizeClass);
        if (slab == 0) {
            return 0;
        }
        waste.add(sizeClass, size);
        long index = getLong(slab + HEAD);
        if (guard != null) {
            guard.checkReuse(SlabLayout.address(slab, index), slab);
        }
        return take(slab, index);
    }

    private long refill(int sizeClass) {
        long slab = slabs.current(sizeClass);
        if (slab != nullSlab && getLong(slab + HEAD) != END) {
            return slab;
        }
        slab = CALL.refill(slabs, sizeClass);
        if (slab != 0 && guard == null) {
            LookupTable.set(lookups, sizeClass, slab);
        }
        return slab;
    }

    private void freeOutside(long address) {
        if (address != 0 && !closed) {
            throw checks.foreign(address);
        }
    }

    /// Of another arena's slab, or a zone's; out of line of a span and of what is no block. The checks are those of
    /// [#freeOwn] once more: one piece of code for both costs the own ones (docs/adr/0002).
    private void freeOther(long address, long frame) {
        try {
            final long slab = frame >>> FrameTable.OWNER_BITS;
            if (slab != 0 && guard == null && !closed) {
                final long reciprocal = (long) GET_LONG.invokeExact(slab + SHARED_RECIPROCAL);
                final long product = (address - (long) GET_LONG.invokeExact(slab + SHARED_BASE)) * reciprocal;
                final long index = product >>> 32;
                final long link = slab + LINKS + (index << 1);
                if (Long.compareUnsigned(product, (long) GET_LONG.invokeExact(slab + SHARED_LIMIT)) >= 0
                        || Integer.compareUnsigned((int) product, (int) reciprocal) >= 0
                        || (char) GET_CHAR.invokeExact(link) != ALLOCATED) {
                    throw checks.refused(address, slab);
                }
                batches.add((char) frame, slab, index, link);
            } else {
                CALL.freeRarely(this, address);
            }
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    /// Called by way of [SlowCalls].
    void freeRarely(long address) {
        if (closed) {
            space.lateFrees().incrementAndGet();
            return;
        }
        final long slab = space.frames.slabAt(address - base);
        if (slab == nullSlab) {
            spans.free(address);
            return;
        }
        StackReserve.ensure();
        if (guard == null) {
            // The address became a slab's between two looks at it, so nobody can have been given it.
            throw checks.refused(address, slab);
        }
        guardedFree(address, slab, guard);
    }

    /// Poisons, marks exactly, and lets the quarantine decide what is really freed now.
    private void guardedFree(long address, long slab, Guard live) {
        live.quarantine(address, slab);
        for (long due = live.due(); due != 0; due = live.due()) {
            reallyFree(due, space.frames.slabAt(due - base));
        }
    }

    private void reallyFree(long address, long slab) {
        int owner = getIntAcquire(slab + OWNER) & SlabLayout.OWNER_MASK;
        int index = SlabLayout.index(slab, address);
        long link = SlabLayout.link(slab, index);
        if (owner != id) {
            batches.add(owner, slab, index, link);
            return;
        }
        putChar(link, ALLOCATED);
        freeOwn(address, slab);
    }

    /// A slot of the current slab that was never used, if its memory came zeroed: it needs no zeroing.
    private long takeZeroed(long slab) {
        int extended = getInt(slab + SlabLayout.EXTENDED);
        if ((getInt(slab + SlabLayout.STATE) & SlabLayout.ZEROED) == 0
                || extended >= getInt(slab + SlabLayout.CAPACITY)) {
            return 0;
        }
        home.countSlots(slab, extended, extended + 1);
        putInt(slab + SlabLayout.EXTENDED, extended + 1);
        putLong(slab + MALLOCS, getLong(slab + MALLOCS) + 1);
        putChar(SlabLayout.link(slab, extended), ALLOCATED);
        return SlabLayout.address(slab, extended);
    }

    private void clearLookups() {
        LookupTable.clear(lookups, nullSlab);
    }

    /// {@return the bytes usable at a live block's address}
    /// @param address of a live block
    public long usableSize(long address) {
        return checks.usableSize(address);
    }

    /// Gives back what this arena keeps and nobody uses.
    public void trim() {
        StackReserve.ensureForArena();
        if (guard != null) {
            for (long due = guard.flush(); due != 0; due = guard.flush()) {
                reallyFree(due, space.frames.slabAt(due - base));
            }
        }
        batches.flushAll();
        clearLookups();
        slabs.trim();
        relook();
        spans.drain();
    }

    /// Collects what others have freed.
    /// @return whether there was anything
    boolean readMail() {
        StackReserve.ensure();
        return slabs.mail().read();
    }

    /// Gives up everything: the zone takes it over. The arena may then serve another thread.
    void surrender() {
        StackReserve.ensureForArena();
        trim();
        clearLookups();
        slabs.surrender();
    }

    /// {@return a sum that changes with use, mostly} From any thread.
    long activity() {
        long guarded = guard == null ? 0 : guard.activity();
        return 31 * slabs.activity() + 37 * batches.activity() + 41 * guarded + spans.mallocs() + spans.frees();
    }

    /// Ends the arena's service: from now on every operation takes a slow path, and that refuses.
    void close() {
        closed = true;
        clearLookups();
    }

    private void relook() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT && guard == null; sizeClass++) {
            LookupTable.set(lookups, sizeClass, slabs.current(sizeClass));
        }
    }

    /// {@return whether the arena is closed}
    public boolean isClosed() {
        return closed;
    }

    /// {@return the arena's number}
    public int id() {
        return id;
    }

    /// {@return the zone that it asks first}
    public Zone zone() {
        return home.spanZone();
    }

    /// {@return where it takes memory from}
    Home home() {
        return home;
    }

    /// Counts blocks of other arenas that this one has freed and that are not home yet. From any thread, racy.
    /// @param slots by size class; the blocks are added
    void countRemote(long[] slots) {
        batches.countSlots(slots);
    }

    /// {@return what is known of its spans}
    public Spans spans() {
        return spans;
    }

    /// {@return what is known of its slabs}
    SlabCache slabs() {
        return slabs;
    }

    /// {@return the sampled sizes of its requests}
    WasteSample waste() {
        return waste;
    }

    /// {@return slots of a class that lie in the quarantine}
    int quarantinedSlots(int sizeClass) {
        return guard == null ? 0 : guard.slots(sizeClass);
    }
}
