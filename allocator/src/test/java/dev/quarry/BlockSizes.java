// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.buddy.SpanMap;
import dev.quarry.internal.slab.SizeClasses;
import java.util.stream.LongStream;

/// One size for every way in which a block can be served: each slab class, each span class, direct, and huge.
final class BlockSizes {
    private static final long[] DIRECT = {
        SizeClasses.MAX_SPAN, SizeClasses.MAX_SPAN + 1, (2 << 20) + SpanMap.PAGE_BYTES, 5 << 20, 20 << 20
    };

    private BlockSizes() {}

    static long[] all() {
        return LongStream.concat(LongStream.concat(slots(), spans()), LongStream.of(DIRECT))
                .toArray();
    }

    /// The largest request of each slab class, which fills its slot.
    static LongStream slots() {
        return LongStream.range(0, SizeClasses.COUNT)
                .map(sizeClass -> SizeClasses.slotBytes(Math.toIntExact(sizeClass)));
    }

    private static LongStream spans() {
        return LongStream.range(0, SizeClasses.SPAN_COUNT)
                .map(spanClass -> (long) SizeClasses.spanPages(Math.toIntExact(spanClass)) << SpanMap.PAGE_SHIFT)
                .filter(bytes -> bytes < SizeClasses.MAX_SPAN);
    }
}
