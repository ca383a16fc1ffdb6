// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;

/// The kernel's two measures of how scattered free memory is (`mm/vmstat.c`), each for blocks of one order, in
/// thousandths.
///
/// Both are computed in the kernel's own integer arithmetic, so that figures can be compared with the machine's.
final class FragmentationIndex {
    /// Value of [#external] where there is a block of that order or larger: a request would succeed.
    static final int WOULD_SUCCEED = -1000;

    private static final int SCALE = 1000;

    private final List<Integer> freeBlocksByOrder;
    private final long freePages;
    private final long freeBlocks;

    /// @param freeBlocksByOrder at index `k` the number of free blocks of `2^k` pages
    FragmentationIndex(List<Integer> freeBlocksByOrder) {
        this.freeBlocksByOrder = freeBlocksByOrder;
        this.freePages = blocksFrom(0);
        this.freeBlocks =
                freeBlocksByOrder.stream().mapToLong(Integer::longValue).sum();
    }

    /// Why a request for a block of an order fails: near 0 for want of memory, near 1000 by fragmentation, and
    /// [#WOULD_SUCCEED] where it does not. The kernel's `extfrag_index`.
    int external(int order) {
        if (freeBlocks == 0) {
            return 0;
        }
        if (blocksFrom(order) > 0) {
            return WOULD_SUCCEED;
        }
        return (int) (SCALE - (SCALE + freePages * SCALE / (1L << order)) / freeBlocks);
    }

    /// Which part of the free memory is in blocks too small for an order: 0 is none, 1000 all. The kernel's
    /// `unusable_index`.
    int unusable(int order) {
        if (freePages == 0) {
            return SCALE;
        }
        return (int) ((freePages - (blocksFrom(order) << order)) * SCALE / freePages);
    }

    /// How many blocks of an order the free ones of this order and above would make.
    private long blocksFrom(int order) {
        long blocks = 0;
        for (int at = order; at < freeBlocksByOrder.size(); at++) {
            blocks += (long) freeBlocksByOrder.get(at) << at - order;
        }
        return blocks;
    }
}
