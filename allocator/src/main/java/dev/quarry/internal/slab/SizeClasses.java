// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.MetadataHeap;
import java.util.Arrays;

/// The rounding classes.
///
/// | sizes             | step                      | served by                              |
/// |-------------------|---------------------------|----------------------------------------|
/// | 0 to 128          | 16                        | slabs                                  |
/// | to 32 KiB         | eight classes a doubling  | slabs; and one class just above 16 KiB |
/// | to [#MAX_SPAN]    | eight classes a doubling  | spans, whole pages                     |
/// | above             | one page                  | spans straight from the zone           |
///
/// Above 128 bytes no class wastes more than 12.5 % of its slot: the worst request is one byte above the class before.
/// A slab is the smallest power of two of frames that holds at least [#MIN_SLOTS] slots and loses at most a fifth at
/// its end. Nobody touches that end, so it costs credit and no memory.
public final class SizeClasses {
    /// log2 of a frame's bytes: the unit in which slabs are laid out and looked up.
    public static final int FRAME_SHIFT = 16;

    /// Bytes of a frame.
    public static final int FRAME_BYTES = 1 << FRAME_SHIFT;

    /// log2 of the granule: every slot starts at a multiple of it.
    public static final int GRANULE_SHIFT = 4;

    /// Bytes of a granule.
    public static final int GRANULE_BYTES = 1 << GRANULE_SHIFT;

    /// Largest size that is looked up by granules.
    public static final int MAX_SMALL = 1024;

    /// log2 of the step in which sizes above [#MAX_SMALL] are looked up.
    public static final int MEDIUM_SHIFT = 7;

    /// Largest size that slabs serve.
    public static final int MAX_SLOT = 32 << 10;

    /// Largest size that has a span class.
    public static final int MAX_SPAN = 1 << 20;

    /// Entries of the small lookup.
    public static final int SMALL_ENTRIES = (MAX_SMALL >>> GRANULE_SHIFT) + 1;

    /// Entries of the medium lookup.
    public static final int MEDIUM_ENTRIES = (MAX_SLOT >>> MEDIUM_SHIFT) + 1;

    /// Number of slab classes.
    public static final int COUNT;

    /// Number of span classes.
    public static final int SPAN_COUNT;

    private static final int MIN_SLOTS = 4;

    /// So many links fit into the metadata's largest record.
    private static final int MAX_SLOTS = (MetadataHeap.MAX_RECORD_BYTES - SlabLayout.LINKS) / Character.BYTES;

    private static final int TAIL_FRACTION = 5;
    private static final int STEPS = 8;
    private static final int JUST_ABOVE_16K = (16 << 10) + 512;

    private static final int[] SLOT_BYTES;
    private static final int[] SLAB_BYTES;
    private static final int[] CAPACITY;
    private static final byte[] SMALL = new byte[SMALL_ENTRIES];
    private static final byte[] MEDIUM = new byte[MEDIUM_ENTRIES];
    private static final int[] SPAN_PAGES;
    private static final byte[] SPAN = new byte[(MAX_SPAN >>> PAGE_SHIFT) + 1];

    static {
        int[] slots = new int[128];
        int count = 0;
        for (int bytes = 16; bytes <= 128; bytes += 16) {
            slots[count++] = bytes;
        }
        for (int doubling = 128; doubling < MAX_SLOT; doubling *= 2) {
            for (int step = 1; step <= STEPS; step++) {
                int bytes = doubling + doubling / STEPS * step;
                if (slots[count - 1] < JUST_ABOVE_16K && JUST_ABOVE_16K < bytes) {
                    slots[count++] = JUST_ABOVE_16K;
                }
                slots[count++] = bytes;
            }
        }
        COUNT = count;
        SLOT_BYTES = Arrays.copyOf(slots, count);
        SLAB_BYTES = new int[count];
        CAPACITY = new int[count];
        for (int sizeClass = 0; sizeClass < count; sizeClass++) {
            SLAB_BYTES[sizeClass] = slabBytesFor(SLOT_BYTES[sizeClass]);
            CAPACITY[sizeClass] = Math.min(SLAB_BYTES[sizeClass] / SLOT_BYTES[sizeClass], MAX_SLOTS);
        }
        fillLookup(SMALL, SLOT_BYTES, GRANULE_SHIFT);
        fillLookup(MEDIUM, SLOT_BYTES, MEDIUM_SHIFT);

        int spans = 0;
        int[] pages = new int[64];
        for (int doubling = MAX_SLOT; doubling < MAX_SPAN; doubling *= 2) {
            for (int step = 1; step <= STEPS; step++) {
                pages[spans++] = doubling + doubling / STEPS * step >>> PAGE_SHIFT;
            }
        }
        SPAN_COUNT = spans;
        SPAN_PAGES = Arrays.copyOf(pages, spans);
        fillLookup(SPAN, SPAN_PAGES, 0);
    }

    private SizeClasses() {}

    /// {@return the slab class of a size}
    /// @param byteSize 0 to [#MAX_SLOT]
    public static int of(long byteSize) {
        return byteSize <= MAX_SMALL
                ? SMALL[(int) byteSize + GRANULE_BYTES - 1 >>> GRANULE_SHIFT]
                : MEDIUM[(int) byteSize + (1 << MEDIUM_SHIFT) - 1 >>> MEDIUM_SHIFT];
    }

    /// {@return the smallest slab class whose slots all have the alignment, or -1}
    /// @param byteSize      0 to [#MAX_SLOT]
    /// @param byteAlignment a power of two, at most a frame
    public static int ofAligned(long byteSize, long byteAlignment) {
        for (int sizeClass = of(byteSize); sizeClass < COUNT; sizeClass++) {
            if ((SLOT_BYTES[sizeClass] & byteAlignment - 1) == 0) {
                return sizeClass;
            }
        }
        return -1;
    }

    /// {@return the span class of a size}
    /// @param byteSize 1 to [#MAX_SPAN]
    public static int ofSpan(long byteSize) {
        return SPAN[(int) (byteSize + PAGE_BYTES - 1 >>> PAGE_SHIFT)];
    }

    /// {@return the bytes of a slot}
    /// @param sizeClass a slab class
    public static int slotBytes(int sizeClass) {
        return SLOT_BYTES[sizeClass];
    }

    /// {@return the bytes of a slab, a power of two of frames}
    /// @param sizeClass a slab class
    public static int slabBytes(int sizeClass) {
        return SLAB_BYTES[sizeClass];
    }

    /// {@return the slots of a slab}
    /// @param sizeClass a slab class
    public static int capacity(int sizeClass) {
        return CAPACITY[sizeClass];
    }

    /// {@return the pages of a span}
    /// @param spanClass a span class
    public static int spanPages(int spanClass) {
        return SPAN_PAGES[spanClass];
    }

    /// {@return the bytes of the class that serves a size; above the classes whole pages}
    /// @param byteSize 0 or more
    public static long roundUp(long byteSize) {
        if (byteSize <= MAX_SLOT) {
            return SLOT_BYTES[of(byteSize)];
        }
        return byteSize <= MAX_SPAN ? (long) SPAN_PAGES[ofSpan(byteSize)] << PAGE_SHIFT : roundToPage(byteSize);
    }

    /// {@return the bytes of the pages that a size takes}
    /// @param byteSize 0 or more
    public static long roundToPage(long byteSize) {
        return byteSize + PAGE_BYTES - 1 & -PAGE_BYTES;
    }

    private static int slabBytesFor(int slotBytes) {
        int bytes = FRAME_BYTES;
        while (bytes / slotBytes < MIN_SLOTS || bytes % slotBytes * TAIL_FRACTION > bytes) {
            bytes *= 2;
        }
        long reciprocal = SlabLayout.reciprocal(slotBytes) & 0xFFFFFFFFL;
        long excess = reciprocal * slotBytes - (1L << 32);
        if ((bytes / slotBytes + 1) * excess >= reciprocal) {
            throw new AssertionError("no reciprocal proves divisibility by " + slotBytes + " below " + bytes);
        }
        return bytes;
    }

    private static void fillLookup(byte[] lookup, int[] sizes, int shift) {
        int sizeClass = 0;
        for (int index = 0; index < lookup.length; index++) {
            while (sizeClass < sizes.length - 1 && sizes[sizeClass] < index << shift) {
                sizeClass++;
            }
            lookup[index] = (byte) sizeClass;
        }
    }
}
