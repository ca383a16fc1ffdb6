// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SizeClassesTest {
    @Test
    void shouldGiveTheSmallestSlotThatHoldsTheSize() {
        int sizeClass = 0;
        for (int bytes = 0; bytes <= SizeClasses.MAX_SLOT; bytes++) {
            if (bytes > SizeClasses.slotBytes(sizeClass)) {
                sizeClass++;
            }
            assertEquals(sizeClass, SizeClasses.of(bytes), bytes + " bytes");
        }
        assertEquals(SizeClasses.COUNT - 1, sizeClass);
    }

    @Test
    void shouldWasteAtMostAnEighthAbove128Bytes() {
        for (int bytes = 129; bytes <= SizeClasses.MAX_SPAN; bytes++) {
            long slot = bytes <= SizeClasses.MAX_SLOT
                    ? SizeClasses.slotBytes(SizeClasses.of(bytes))
                    : (long) SizeClasses.spanPages(SizeClasses.ofSpan(bytes)) * PAGE_BYTES;
            assertTrue(slot >= bytes && (slot - bytes) * 8 <= slot, bytes + " bytes in " + slot);
        }
    }

    @Test
    void shouldHoldTheCommonestLargeBufferOfProxiesWithoutWaste() {
        int slot = SizeClasses.slotBytes(SizeClasses.of(16_639));
        assertTrue(slot - 16_639 < 512, slot + " bytes for 16639");
    }

    @Test
    void shouldKeepSlotsOnGranulesAndSlabsOnFrames() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            int slot = SizeClasses.slotBytes(sizeClass);
            int slab = SizeClasses.slabBytes(sizeClass);
            int capacity = SizeClasses.capacity(sizeClass);
            String context = "class of " + slot;
            assertEquals(0, slot % (1 << SizeClasses.GRANULE_SHIFT), context);
            assertEquals(1, Integer.bitCount(slab), context);
            assertTrue(slab >= SizeClasses.FRAME_BYTES, context);
            assertTrue(capacity >= 4 && (long) capacity * slot <= slab, context);
            assertTrue(slab >>> SizeClasses.GRANULE_SHIFT < SlabLayout.QUARANTINED, context);
            assertTrue((slab - capacity * slot) * 5L <= slab, context + " loses " + (slab - capacity * slot));
        }
    }

    @Test
    void shouldFindTheSmallestSlotWithTheAlignment() {
        for (int alignment = 16; alignment <= SizeClasses.MAX_SLOT; alignment *= 2) {
            for (int bytes = 0; bytes <= SizeClasses.MAX_SLOT; bytes += 16) {
                int sizeClass = SizeClasses.ofAligned(bytes, alignment);
                String context = bytes + " bytes aligned to " + alignment;
                assertTrue(sizeClass >= SizeClasses.of(bytes), context);
                assertEquals(0, SizeClasses.slotBytes(sizeClass) % alignment, context);
                for (int smaller = SizeClasses.of(bytes); smaller < sizeClass; smaller++) {
                    assertTrue(SizeClasses.slotBytes(smaller) % alignment != 0, context);
                }
            }
        }
        assertEquals(-1, SizeClasses.ofAligned(1, SizeClasses.FRAME_BYTES));
    }

    @Test
    void shouldGiveTheSmallestSpanThatHoldsTheSize() {
        int spanClass = 0;
        for (int bytes = 1; bytes <= SizeClasses.MAX_SPAN; bytes++) {
            if (bytes > SizeClasses.spanPages(spanClass) * PAGE_BYTES) {
                spanClass++;
            }
            assertEquals(spanClass, SizeClasses.ofSpan(bytes), bytes + " bytes");
        }
        assertEquals(SizeClasses.SPAN_COUNT - 1, spanClass);
    }
}
