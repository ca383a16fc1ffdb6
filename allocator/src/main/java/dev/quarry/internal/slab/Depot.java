// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;
import static dev.quarry.internal.slab.SizeClasses.COUNT;
import static dev.quarry.internal.slab.SlabLayout.BASE;
import static dev.quarry.internal.slab.SlabLayout.CLASS;
import static dev.quarry.internal.slab.SlabLayout.END;
import static dev.quarry.internal.slab.SlabLayout.HEAD;
import static dev.quarry.internal.slab.SlabLayout.MALLOCS;
import static dev.quarry.internal.slab.ZoneCalls.CALL;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;

import dev.quarry.internal.buddy.BuddyAllocator;
import dev.quarry.internal.buddy.MetadataHeap;
import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.internal.buddy.SpanMap;

/// The slabs of a zone: where they are made and end, and those that no arena owns.
///
/// ```
/// make --> [arena] --adopt--> partial[class]   has free slots: the next arena that wants one gets it
///                             exhausted        has none, until remote frees come by mail
///                             (empty)          ends at once
/// ```
///
/// Counts what slabs that have ended had counted, so that sums over all time lose nothing.
///
/// Not thread-safe: all is done under the zone's lock.
public final class Depot {
    private final FrameTable frames;
    private final MetadataHeap metadata;
    private final PageAllocator pages;
    private final long base;
    private final SlabList[] partial = new SlabList[COUNT];
    private final SlabList exhausted = new SlabList(SlabLayout.EXHAUSTED);
    private final long[] retiredMallocs = new long[COUNT];
    private final long[] retiredFrees = new long[COUNT];
    private final int[] slabs = new int[COUNT];
    private long collectedRemote;

    Depot(FrameTable frames, MetadataHeap metadata, PageAllocator pages) {
        this.frames = frames;
        this.metadata = metadata;
        this.pages = pages;
        this.base = pages.region().base();
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            partial[sizeClass] = new SlabList(SlabLayout.PARTIAL);
        }
    }

    /// Hands out a slab with free slots.
    /// @param sizeClass its class
    /// @param owner     the arena's number, with flags
    /// @return its descriptor; 0 when there is none
    long take(int sizeClass, int owner) {
        long slab = partial[sizeClass].head();
        if (slab != 0) {
            partial[sizeClass].remove(slab);
            frames.setOwner(slab, owner);
        }
        return slab;
    }

    /// Takes the remote frees of a slab of its own, and puts it where it belongs then.
    /// @param slab descriptor
    void collect(long slab) {
        (SlabLayout.state(slab) == SlabLayout.PARTIAL ? partial[getInt(slab + CLASS)] : exhausted).remove(slab);
        collectedRemote += Slabs.collectRemote(slab);
        shelve(slab);
    }

    /// Makes a slab.
    /// @param sizeClass its class
    /// @param owner     the arena's number, with flags
    /// @return its descriptor; 0 when neither memory nor credit is there
    long make(int sizeClass, int owner) {
        int slabBytes = SizeClasses.slabBytes(sizeClass);
        int recordBytes = SlabLayout.recordBytes(SizeClasses.capacity(sizeClass));
        long slab = metadata.allocate(recordBytes);
        int slabPages = slabBytes >>> PAGE_SHIFT;
        int alignOrder = SizeClasses.FRAME_SHIFT - PAGE_SHIFT;
        long page = slab == 0 ? BuddyAllocator.NOTHING : CALL.allocate(pages, slabPages, alignOrder);
        if (page == BuddyAllocator.NOTHING) {
            if (slab != 0) {
                metadata.free(slab, recordBytes);
            }
            return 0;
        }
        long address = base + (page << PAGE_SHIFT);
        putLong(slab + HEAD, END);
        SlabLayout.describe(slab, sizeClass, SizeClasses.capacity(sizeClass));
        SlabLayout.locate(slab, address);
        putInt(slab + SlabLayout.STATE, pages.lastWasClean() ? SlabLayout.ZEROED : 0);
        frames.setOwner(slab, owner);
        pages.map().setRelease(page, SpanMap.SLAB, sizeClass, slabPages);
        slabs[sizeClass]++;
        return slab;
    }

    /// Takes an empty slab out of service: its span and its record are free.
    /// @param slab descriptor of a slab in no list, with no slot in use
    void release(long slab) {
        int sizeClass = getInt(slab + CLASS);
        long address = getLong(slab + BASE);
        int slabBytes = SizeClasses.slabBytes(sizeClass);
        long touched = (long) getInt(slab + SlabLayout.EXTENDED) * SizeClasses.slotBytes(sizeClass);
        frames.withdraw(slab);
        retiredMallocs[sizeClass] += getLong(slab + MALLOCS);
        retiredFrees[sizeClass] += getLong(slab + SlabLayout.FREES);
        slabs[sizeClass]--;
        CALL.free(pages, address - base >>> PAGE_SHIFT, slabBytes >>> PAGE_SHIFT, Space.pagesOf(touched));
        metadata.free(slab, SlabLayout.recordBytes(SizeClasses.capacity(sizeClass)));
    }

    /// Puts a slab that nobody owns where it belongs.
    /// @param slab descriptor of a slab in no list
    void shelve(long slab) {
        if (SlabLayout.used(slab) == 0) {
            release(slab);
        } else if (hasFree(slab)) {
            partial[getInt(slab + CLASS)].append(slab);
        } else {
            exhausted.append(slab);
        }
    }

    private static boolean hasFree(long slab) {
        return getLong(slab + HEAD) != END || getInt(slab + SlabLayout.EXTENDED) < getInt(slab + SlabLayout.CAPACITY);
    }

    /// {@return slots handed out by slabs that have been retired}
    /// @param sizeClass their class
    public long retiredMallocs(int sizeClass) {
        return retiredMallocs[sizeClass];
    }

    /// {@return slots taken back by slabs that have been retired}
    /// @param sizeClass their class
    public long retiredFrees(int sizeClass) {
        return retiredFrees[sizeClass];
    }

    /// {@return remote frees collected by the zone itself}
    public long collectedRemote() {
        return collectedRemote;
    }

    /// {@return slabs with free slots that no arena owns}
    /// @param sizeClass their class
    int partialSlabs(int sizeClass) {
        return partial[sizeClass].size();
    }

    /// Compares the slabs counted with those found.
    /// @param found by class
    /// @param zone  its number, for the message
    /// @throws IllegalStateException if they differ
    void verifyCounts(int[] found, int zone) {
        for (int sizeClass = 0; sizeClass < COUNT; sizeClass++) {
            if (found[sizeClass] != slabs[sizeClass]) {
                throw new IllegalStateException("zone " + zone + ": " + slabs[sizeClass] + " slabs of class "
                        + sizeClass + " counted, " + found[sizeClass] + " found");
            }
        }
    }
}
