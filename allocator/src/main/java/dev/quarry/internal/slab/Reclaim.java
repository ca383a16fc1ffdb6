// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.buddy.PageAllocator;

/// Decides when dirty free pages go back to the system: by the low-water mark.
///
/// What has stayed dirty and free through a whole delay was not needed in it, so that much is purged. A purge and the
/// refault after it cost six to nine times a hot memset of the range, so pages that are used again and again must not
/// go. Time is monotonic; a jump of the clock ends one period and purges once.
///
/// Not thread-safe: used under its zone's lock.
final class Reclaim {
    private final PageAllocator pages;
    private long periodStartNs;
    private long lowWaterBytes;
    private boolean started;

    Reclaim(PageAllocator pages) {
        this.pages = pages;
    }

    /// {@return the bytes given back}
    long decay(long nowNs, long delayNs) {
        long dirtyBytes = pages.dirtyFreeBytes();
        if (!started) {
            started = true;
            periodStartNs = nowNs;
            lowWaterBytes = dirtyBytes;
        }
        lowWaterBytes = Math.min(lowWaterBytes, dirtyBytes);
        if (nowNs - periodStartNs < delayNs) {
            return 0;
        }
        periodStartNs = nowNs;
        long idleBytes = lowWaterBytes;
        long purged = idleBytes == 0 ? 0 : pages.purge(idleBytes >>> PAGE_SHIFT) << PAGE_SHIFT;
        lowWaterBytes = pages.dirtyFreeBytes();
        return purged;
    }
}
