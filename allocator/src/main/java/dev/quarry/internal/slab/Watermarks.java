// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

/// How much memory a zone should have at hand: free pages of its own, and credit for more.
///
/// ```
///  available
///     high   | background reclaim stops here
///     low    | below: the maintenance agent is woken and reclaims
///     min    | below: who allocates reclaims first, for a bounded time
/// ```
///
/// The distances are the Linux kernel's (`mm/page_alloc.c`): `min` is the square root of 16 times the managed KiB, in
/// KiB, between 128 KiB and 256 MiB; `low` lies a quarter of `min` or a thousandth of the managed memory above it,
/// `high` twice as far. Unlike the kernel's, `min` keeps nothing back: an allocation that finds memory gets it.
///
/// @param minBytes  the lowest mark
/// @param lowBytes  the one above
/// @param highBytes the highest
public record Watermarks(long minBytes, long lowBytes, long highBytes) {
    /// Enough is available.
    public static final int ABOVE = 0;

    /// Below low, or not yet back above high.
    public static final int LOW = 1;

    /// Below min.
    public static final int MIN = 2;

    private static final long LEAST_MIN_BYTES = 128L << 10;
    private static final long GREATEST_MIN_BYTES = 256L << 20;
    private static final int KIB_SHIFT = 10;
    private static final int SCALE = 1_000;

    /// {@return the watermarks of a zone}
    /// @param managedBytes what the zone may commit: its part of the limit
    public static Watermarks of(long managedBytes) {
        long root = (long) Math.sqrt(16.0 * (managedBytes >>> KIB_SHIFT)) << KIB_SHIFT;
        // A zone of a few pages has marks of a few pages: at most an eighth of it.
        long min = Math.min(Math.clamp(root, LEAST_MIN_BYTES, GREATEST_MIN_BYTES), managedBytes >>> 3);
        long distance = Math.max(min >>> 2, managedBytes / SCALE);
        return new Watermarks(min, min + distance, min + 2 * distance);
    }

    /// {@return the level now}
    /// @param availableBytes what is at hand
    /// @param before         the level until now
    int level(long availableBytes, int before) {
        if (availableBytes < minBytes) {
            return MIN;
        }
        return availableBytes < lowBytes || before != ABOVE && availableBytes < highBytes ? LOW : ABOVE;
    }
}
