// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SlabLayout.ALLOCATED;
import static dev.quarry.internal.slab.SlabLayout.BASE;
import static dev.quarry.internal.slab.SlabLayout.EXTENDED;
import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getLong;

import dev.quarry.DoubleFreeException;
import dev.quarry.InvalidFreeException;
import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.slab.SlabLayout;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Zone;

/// Tells what an address is, and makes the exceptions for those that are not a live block's own. Out of the fast paths.
///
/// Thread-safe: reads only, but for the count of refusals.
public final class FreeChecks {
    /// Whether every free is compiled with its checks: so unless the property that all allocators of this JVM start
    /// from turns them off. An allocator of its own configuration may then still be without; it pays for the test and
    /// ignores the answer. A constant costs the common case nothing, where a field cost a load and a branch in each
    /// free.
    static final boolean ALWAYS = !"off".equals(System.getProperty("quarry.checks"));

    private final Space space;

    /// @param space whose addresses are judged
    public FreeChecks(Space space) {
        this.space = space;
    }

    /// Requires a live slot.
    /// @param address in the slab
    /// @param slab    descriptor
    /// @return the address of its link
    long requireAllocated(long address, long slab) {
        long offset = address - getLong(slab + BASE);
        long product = SlabLayout.product(slab, offset);
        long link = SlabLayout.link(slab, product >>> 32);
        if (!SlabLayout.isSlotStart(slab, product) || getChar(link) != ALLOCATED) {
            throw refused(address, slab);
        }
        return link;
    }

    /// {@return the exception for an address in a slab that is not a live slot's own}
    InvalidFreeException refused(long address, long slab) {
        long slotBytes = SlabLayout.slotBytes(slab);
        long offset = address - getLong(slab + BASE);
        long index = offset / slotBytes;
        if (offset % slotBytes != 0) {
            return counted(
                    "interior",
                    new InvalidFreeException(
                            address,
                            hex(address) + " lies " + offset % slotBytes + " bytes inside a slot of " + slotBytes));
        }
        if (index >= getInt(slab + EXTENDED)) {
            return counted("never allocated", new InvalidFreeException(address, hex(address) + " was never allocated"));
        }
        return counted(
                "double",
                new DoubleFreeException(
                        address, hex(address) + " is free already; its slot has " + slotBytes + " bytes"));
    }

    /// {@return the exception for an address outside of the allocator}
    InvalidFreeException foreign(long address) {
        String owner = space.neighbourAt(address);
        String remark = owner == null ? "" : ", but of \"" + owner + "\": free it there";
        return counted(
                "foreign",
                new InvalidFreeException(address, hex(address) + " is not an address of this allocator" + remark));
    }

    /// {@return the exception for an address in a page that starts no live span}
    InvalidFreeException refusedSpan(long address, int state) {
        if (state == SpanMap.NONE || (address & SpanMap.PAGE_BYTES - 1) != 0) {
            return counted("interior", new InvalidFreeException(address, hex(address) + " does not start a block"));
        }
        return counted("double", new DoubleFreeException(address, hex(address) + " is free already"));
    }

    private InvalidFreeException counted(String what, InvalidFreeException refusal) {
        space.invalidFrees().incrementAndGet();
        space.errors().count(ErrorKind.INVALID_FREE, what, "", refusal);
        return refusal;
    }

    /// {@return whether this is a live block's own address}
    /// @param address any
    public boolean owns(long address) {
        long offset = address - space.base;
        if (Long.compareUnsigned(offset, space.byteSize) >= 0) {
            return false;
        }
        long slab = space.frames.slabAt(offset);
        if (slab == space.nullSlab) {
            return SpanMap.state(spanWord(address)) == SpanMap.SPAN;
        }
        long product = SlabLayout.product(slab, address - getLong(slab + BASE));
        return SlabLayout.isSlotStart(slab, product) && getChar(SlabLayout.link(slab, product >>> 32)) == ALLOCATED;
    }

    /// {@return the bytes usable at a live block's address}
    /// @param address of a live block
    public long usableSize(long address) {
        long offset = address - space.base;
        if (Long.compareUnsigned(offset, space.byteSize) >= 0) {
            throw foreign(address);
        }
        long slab = space.frames.slabAt(offset);
        if (slab == space.nullSlab) {
            long word = spanWord(address);
            if (SpanMap.state(word) != SpanMap.SPAN) {
                throw refusedSpan(address, SpanMap.state(word));
            }
            return SpanMap.pages(word) << SpanMap.PAGE_SHIFT;
        }
        requireAllocated(address, slab);
        return SlabLayout.slotBytes(slab);
    }

    /// {@return word 0 of the record of the span that an address starts; 0 if it starts none}
    /// @param address in the data
    long spanWord(long address) {
        Zone zone = space.zoneAt(address - space.base);
        return spanWord(zone, zone.pages().map(), address - zone.base() >>> SpanMap.PAGE_SHIFT, address);
    }

    /// The same where the address lies in a page of a zone.
    static long spanWord(Zone zone, SpanMap map, long page, long address) {
        return (address & SpanMap.PAGE_BYTES - 1) != 0
                        || page >= zone.pages().buddy().frontierPages()
                ? 0
                : map.wordAcquire(page);
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
