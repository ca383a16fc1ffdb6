// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SizeClasses.GRANULE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.MAX_SLOT;
import static dev.quarry.internal.slab.SizeClasses.MAX_SMALL;
import static dev.quarry.internal.slab.SizeClasses.MEDIUM_ENTRIES;
import static dev.quarry.internal.slab.SizeClasses.MEDIUM_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.SMALL_ENTRIES;
import static dev.quarry.internal.slab.SlabLayout.ALLOCATED;
import static dev.quarry.internal.slab.SlabLayout.BASE;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.FREES;
import static dev.quarry.internal.slab.SlabLayout.FULL;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.LINKS;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.SlabLayout.OWNER;
import static dev.quarry.internal.slab.SlabLayout.RECIPROCAL;
import static dev.quarry.internal.slab.SlabLayout.SLOT;
import static dev.quarry.numa.RawMemory.copy;
import static dev.quarry.numa.RawMemory.fill;
import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putChar;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.Checks;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import org.jspecify.annotations.Nullable;

/// One thread's, or one stripe's, private part of the allocator.
///
/// The fast paths of [#malloc] and [#free] touch the arena's lookup table, one descriptor and one link; no lock, no
/// atomic operation, no garbage. They store in an order in which a StackOverflowError between two stores loses at most
/// the one slot: out of the list before it is marked, marked before it is in the list.
///
/// `malloc` and its like return 0 for want of memory; the facade makes the exception.
///
/// Not thread-safe: its owner only, or who holds its stripe. Statistics may be read by anyone.
public final class Arena {
    /// Up to here words are copied one by one.
    private static final int WORD_COPY_BYTES = 512;

    private final Space space;
    private final long base;
    private final long byteSize;
    private final long frames;
    private final long nullSlab;
    private final int id;
    private final long small;
    private final long medium;
    private final boolean checked;
    private final Zone zone;
    private final SlabCache slabs;
    private final RemoteBatches batches;
    private final Spans spans;
    private final @Nullable Guard guard;
    private final FreeChecks checks;
    private final WasteSample waste = new WasteSample();
    private volatile boolean closed;

    Arena(ArenaPool pool, int id, Zone zone, long record) {
        this.space = pool.space();
        this.base = space.base;
        this.byteSize = space.byteSize;
        this.frames = space.frames;
        this.nullSlab = space.nullSlab;
        this.id = id;
        this.zone = zone;
        this.small = record + ArenaPool.MAILBOX_BYTES;
        this.medium = small + SMALL_ENTRIES * 8L;
        Checks level = space.config().checks();
        this.checked = level != Checks.OFF;
        this.checks = new FreeChecks(space);
        boolean guarded = level == Checks.CANARY || level == Checks.FULL;
        int ownerWord = guarded ? id | SlabLayout.GUARDED : id;
        this.slabs = new SlabCache(
                zone, space.config(), pool.lookasideBudgetBytes(), pool.mail(), record, ownerWord, nullSlab);
        this.batches = new RemoteBatches(pool.mail());
        this.spans = new Spans(zone, space, pool.lookasideBudgetBytes(), checks);
        this.guard = guarded ? new Guard(space.config(), checks) : null;
        clearLookups();
    }

    /// Allocates.
    /// @param size bytes, 0 allowed; negative sizes are the caller's to refuse
    /// @return the address, aligned to 16; 0 for want of memory
    public long malloc(long size) {
        final long slab;
        if (Long.compareUnsigned(size, MAX_SMALL) <= 0) {
            slab = getLong(small + ((size + 15) >>> GRANULE_SHIFT << 3));
        } else if (Long.compareUnsigned(size, MAX_SLOT) <= 0) {
            slab = getLong(medium + ((size + 127) >>> MEDIUM_SHIFT << 3));
        } else {
            return mallocSpan(size);
        }
        final int granule = getInt(slab + HEAD);
        if (granule == END) {
            return mallocSlow(size);
        }
        final long offset = (long) granule << GRANULE_SHIFT;
        final long index = offset * (getInt(slab + RECIPROCAL) & 0xFFFFFFFFL) >>> 32;
        final long link = getLong(slab + LINKS) + (index << 1);
        putInt(slab + HEAD, getChar(link));
        putLong(slab + MALLOCS, getLong(slab + MALLOCS) + 1);
        putChar(link, ALLOCATED);
        return getLong(slab + BASE) + offset;
    }

    /// Frees.
    /// @param address of a block; 0 is a no-op
    /// @throws dev.quarry.InvalidFreeException if it is not a live block's own address; nothing has changed
    public void free(long address) {
        final long offset = address - base;
        if (Long.compareUnsigned(offset, byteSize) >= 0) {
            freeOutside(address);
            return;
        }
        final long slab = nullSlab + ((getInt(frames + (offset >>> SizeClasses.FRAME_SHIFT << 2)) & 0xFFFFFFFFL) << 6);
        if (getInt(slab + OWNER) != id) {
            freeSlow(address, slab);
            return;
        }
        freeOwn(address, slab);
    }

    private void freeOwn(long address, long slab) {
        final long offset = address - getLong(slab + BASE);
        final int reciprocal = getInt(slab + RECIPROCAL);
        final long product = offset * (reciprocal & 0xFFFFFFFFL);
        final long link = getLong(slab + LINKS) + (product >>> 32 << 1);
        if (checked && (Integer.compareUnsigned((int) product, reciprocal) >= 0 || getChar(link) != ALLOCATED)) {
            throw checks.refused(address, slab);
        }
        final long frees = getLong(slab + FREES) + 1;
        putChar(link, (char) getInt(slab + HEAD));
        putLong(slab + FREES, frees);
        putInt(slab + HEAD, (int) (offset >>> GRANULE_SHIFT));
        if (frees == getLong(slab + MALLOCS)) {
            slabs.onEmpty(slab);
        }
    }

    /// Allocates zeroed memory.
    /// @param size bytes
    /// @return the address; 0 for want of memory
    public long calloc(long size) {
        if (size > MAX_SLOT) {
            return closed ? 0 : spans.calloc(size);
        }
        int sizeClass = SizeClasses.of(size);
        long slab = slabs.current(sizeClass);
        if (guard == null && slab != nullSlab && getInt(slab + HEAD) == END) {
            long fresh = takeZeroed(slab);
            if (fresh != 0) {
                return fresh;
            }
        }
        long address = malloc(size);
        if (address != 0) {
            fill(address, size, (byte) 0);
        }
        return address;
    }

    /// Allocates with an alignment.
    /// @param alignment a power of two
    /// @param size      bytes
    /// @return the address; 0 for want of memory
    public long alignedAlloc(long alignment, long size) {
        if (alignment <= 1 << GRANULE_SHIFT) {
            return malloc(size);
        }
        if (size <= MAX_SLOT && alignment <= MAX_SLOT) {
            int sizeClass = SizeClasses.ofAligned(size, alignment);
            if (sizeClass >= 0) {
                return malloc(SizeClasses.slotBytes(sizeClass));
            }
        }
        return closed ? 0 : spans.aligned(alignment, size);
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
            fill(address, size, (byte) 0);
        }
        return address;
    }

    /// Changes a block's size, moving it if it must be.
    /// @param address of a live block, not 0
    /// @param newSize bytes
    /// @return its address now; 0 for want of memory, and then the old block is as it was
    public long realloc(long address, long newSize) {
        long offset = address - base;
        if (Long.compareUnsigned(offset, byteSize) >= 0) {
            throw checks.foreign(address);
        }
        long slab = space.slabAt(offset);
        if (slab == nullSlab) {
            return closed ? 0 : reallocSpan(address, newSize);
        }
        checks.requireAllocated(address, slab);
        int slotBytes = getInt(slab + SLOT);
        if (newSize <= slotBytes && newSize > slotBytes >>> 1) {
            return address;
        }
        if (newSize <= slotBytes && SizeClasses.of(newSize) == getInt(slab + SlabLayout.CLASS)) {
            return address;
        }
        return move(address, Math.min(slotBytes, newSize), newSize);
    }

    private long reallocSpan(long address, long newSize) {
        if (newSize > MAX_SLOT) {
            long moved = spans.realloc(address, newSize);
            if (moved != Spans.MUST_COPY) {
                return moved;
            }
        }
        long oldSize = spans.usableSize(address);
        return move(address, Math.min(oldSize, newSize), newSize);
    }

    /// Moves a block: allocates, copies, frees.
    ///
    /// Short blocks are copied word by word, which slots allow because they are whole granules; that is cheaper than
    /// the way to the bulk copy. The method is longer than what C2 inlines (`FreqInlineSize`), and means to be: realloc
    /// that moves is rare, and a second copy of malloc and free inlined into a caller's loop costs that loop 2 ns in
    /// each of its common operations.
    private long move(long address, long bytes, long newSize) {
        final long target = malloc(newSize);
        if (target == 0) {
            return 0;
        }
        if (bytes > WORD_COPY_BYTES) {
            copy(address, target, bytes);
        } else {
            long from = address;
            long to = target;
            long left = bytes;
            for (; left >= 128; left -= 128) {
                putLong(to, getLong(from));
                putLong(to + 8, getLong(from + 8));
                putLong(to + 16, getLong(from + 16));
                putLong(to + 24, getLong(from + 24));
                putLong(to + 32, getLong(from + 32));
                putLong(to + 40, getLong(from + 40));
                putLong(to + 48, getLong(from + 48));
                putLong(to + 56, getLong(from + 56));
                putLong(to + 64, getLong(from + 64));
                putLong(to + 72, getLong(from + 72));
                putLong(to + 80, getLong(from + 80));
                putLong(to + 88, getLong(from + 88));
                putLong(to + 96, getLong(from + 96));
                putLong(to + 104, getLong(from + 104));
                putLong(to + 112, getLong(from + 112));
                putLong(to + 120, getLong(from + 120));
                from += 128;
                to += 128;
            }
            for (; left > 0; left -= 16) {
                putLong(to, getLong(from));
                putLong(to + 8, getLong(from + 8));
                from += 16;
                to += 16;
            }
        }
        free(address);
        return target;
    }

    private long mallocSpan(long size) {
        return closed || size < 0 ? 0 : spans.malloc(size);
    }

    private long mallocSlow(long size) {
        if (closed) {
            return 0;
        }
        StackReserve.ensure();
        int sizeClass = SizeClasses.of(size);
        long slab = refill(sizeClass);
        if (slab == 0) {
            return 0;
        }
        waste.add(sizeClass, size);
        int granule = getInt(slab + HEAD);
        long link = SlabLayout.link(slab, granule);
        long address = getLong(slab + BASE) + ((long) granule << GRANULE_SHIFT);
        if (guard != null) {
            guard.checkReuse(address, slab);
        }
        putInt(slab + HEAD, getChar(link));
        putLong(slab + MALLOCS, getLong(slab + MALLOCS) + 1);
        putChar(link, ALLOCATED);
        return address;
    }

    private long refill(int sizeClass) {
        long slab = slabs.current(sizeClass);
        if (slab != nullSlab && getInt(slab + HEAD) != END) {
            return slab;
        }
        slab = slabs.refill(sizeClass);
        if (slab != 0 && guard == null) {
            setLookups(sizeClass, slab);
        }
        return slab;
    }

    private void freeOutside(long address) {
        if (address != 0 && !closed) {
            throw checks.foreign(address);
        }
    }

    private void freeSlow(long address, long slab) {
        if (closed) {
            space.lateFrees().incrementAndGet();
            return;
        }
        final int owner = getIntAcquire(slab + OWNER) & SlabLayout.OWNER_MASK;
        if (owner != id && slab != nullSlab && guard == null) {
            final long link = checks.requireAllocated(address, slab);
            batches.add(slab, granuleOf(address, slab), link);
        } else {
            freeRarely(address, slab);
        }
    }

    private void freeRarely(long address, long slab) {
        StackReserve.ensure();
        if (slab == nullSlab) {
            spans.free(address);
        } else if (guard != null) {
            guardedFree(address, slab, guard);
        } else {
            if (checked) {
                checks.requireAllocated(address, slab);
            }
            slabs.unfill(slab);
            freeOwn(address, slab);
        }
    }

    /// Poisons, marks exactly, and lets the quarantine decide what is really freed now.
    private void guardedFree(long address, long slab, Guard live) {
        live.quarantine(address, slab);
        for (long due = live.due(); due != 0; due = live.due()) {
            reallyFree(due, space.slabAt(due - base));
        }
    }

    private void reallyFree(long address, long slab) {
        int owner = getIntAcquire(slab + OWNER);
        long link = SlabLayout.link(slab, granuleOf(address, slab));
        if ((owner & SlabLayout.OWNER_MASK) != id) {
            batches.add(slab, granuleOf(address, slab), link);
            return;
        }
        if ((owner & FULL) != 0) {
            slabs.unfill(slab);
        }
        putChar(link, ALLOCATED);
        freeOwn(address, slab);
    }

    private static int granuleOf(long address, long slab) {
        return (int) (address - getLong(slab + BASE) >>> GRANULE_SHIFT);
    }

    /// A slot of the current slab that was never used, if its memory came zeroed: it needs no zeroing.
    private long takeZeroed(long slab) {
        int extended = getInt(slab + SlabLayout.EXTENDED);
        if ((getInt(slab + SlabLayout.STATE) & SlabLayout.ZEROED) == 0
                || extended >= getInt(slab + SlabLayout.CAPACITY)) {
            return 0;
        }
        putInt(slab + SlabLayout.EXTENDED, extended + 1);
        putLong(slab + MALLOCS, getLong(slab + MALLOCS) + 1);
        putChar(getLong(slab + LINKS) + 2L * extended, ALLOCATED);
        return getLong(slab + BASE) + (long) extended * getInt(slab + SLOT);
    }

    private void setLookups(int sizeClass, long slab) {
        int slotBytes = SizeClasses.slotBytes(sizeClass);
        int below = sizeClass == 0 ? -1 : SizeClasses.slotBytes(sizeClass - 1);
        if (slotBytes <= MAX_SMALL) {
            for (int entry = below < 0 ? 0 : (below >>> GRANULE_SHIFT) + 1;
                    entry <= slotBytes >>> GRANULE_SHIFT;
                    entry++) {
                putLong(small + entry * 8L, slab);
            }
        } else {
            for (int entry = (below >>> MEDIUM_SHIFT) + 1; entry <= slotBytes >>> MEDIUM_SHIFT; entry++) {
                putLong(medium + entry * 8L, slab);
            }
        }
    }

    private void clearLookups() {
        for (int entry = 0; entry < SMALL_ENTRIES + MEDIUM_ENTRIES; entry++) {
            putLong(small + entry * 8L, nullSlab);
        }
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
                reallyFree(due, space.slabAt(due - base));
            }
        }
        batches.flushAll();
        clearLookups();
        slabs.trim();
        relook();
        spans.drain();
    }

    /// Collects what others have freed.
    void readMail() {
        StackReserve.ensure();
        slabs.readMail();
    }

    /// Gives up everything: the zone takes it over. The arena may then serve another thread.
    void surrender() {
        StackReserve.ensureForArena();
        trim();
        clearLookups();
        slabs.surrender();
    }

    /// Ends the arena's service: from now on every operation takes a slow path, and that refuses.
    void close() {
        closed = true;
        clearLookups();
    }

    private void relook() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT && guard == null; sizeClass++) {
            setLookups(sizeClass, slabs.current(sizeClass));
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

    /// {@return the zone that it refills from}
    public Zone zone() {
        return zone;
    }

    /// {@return blocks of a slab that this arena has freed and not yet sent home}
    /// @param slab descriptor
    public int heldRemote(long slab) {
        return batches.count(slab);
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
