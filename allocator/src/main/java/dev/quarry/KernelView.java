// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// An allocator's state in the words and columns of the Linux kernel's files, so that eyes and scripts which read those
/// can read this.
///
/// Pages are Quarry's, of 4 KiB. A node's zone is called `Normal`; the one whose OS pages the kernel spreads over
/// several nodes is called `Spread`, and its node -1.
public enum KernelView {
    /// Free blocks by order, as `/proc/buddyinfo`; then for each order the indices of fragmentation, as `extfrag_index`
    /// and `unusable_index` of the kernel's debug files.
    BUDDYINFO,

    /// Size classes, as `/proc/slabinfo` of version 2.1: `limit` is the greatest depth of a lookaside list, in slots;
    /// the other tunables mean nothing here and are 0.
    SLABINFO,

    /// What each zone has, as `/proc/zoneinfo`, in pages: `spanned` is reserved, `present` and `managed` are committed.
    ZONEINFO,

    /// Where pages came from, as the tool `numastat` prints it. With one node nothing is counted.
    NUMASTAT;

    /// Writes the view.
    String text(AllocatorStats stats) {
        return switch (this) {
            case BUDDYINFO -> BuddyInfo.text(stats);
            case SLABINFO -> SlabInfo.text(stats);
            case ZONEINFO -> ZoneInfo.text(stats);
            case NUMASTAT -> NumaStat.text(stats);
        };
    }
}
