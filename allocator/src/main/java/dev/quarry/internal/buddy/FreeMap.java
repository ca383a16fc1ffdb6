// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;

/// Which free blocks of one kind there are: a tree of bits, out of line.
///
/// A *leaf* stands for 64 pages, a *branch* for 64 leaves, a *root* for 64 branches. Each branch has a word an order,
/// with one bit for each leaf in which a block of that order starts; a root has the same for its branches, and on the
/// heap there is one word of orders a root. Where in its leaf a block starts say the leaf's own two words; a block of
/// 64 pages or more starts where its leaf does.
///
/// ```
/// root     word 0 .. 31 of one kind, word 0 .. 31 of the other     2^18 pages    512 bytes
/// branch   word 0 .. 31 of one kind, its leaves, then the other's   2^12 pages   2560 bytes
/// leaf     63                                                0
///         | order 0: one bit a page                           |       64 pages     16 bytes
///         | 0 | 5 |  4 |    3   |      2      |     1          |
///          63  61  59   55       47            31
/// table    root 0, its 64 branches, root 1, ...    each byte behind those of the pages before: it grows as they do
/// ```
///
/// So the lowest block of any of several orders is found in one way down, and a merge looks at one bit: what the
/// records of free blocks say, which lie a line a block apart, is never read for it. It is 0.3 bytes a page and kind.
///
/// A block is named by one number: its first page and its order ([#page], [#order]).
///
/// Not thread-safe: used under its zone's lock.
final class FreeMap {
    /// How many orders there are.
    static final int ORDERS = 32;

    /// What searches return where there is no block.
    static final long NOTHING = -1;

    /// The kinds of blocks that one table has room for.
    static final int KINDS = 2;

    private static final int FAN_SHIFT = 6;
    private static final int LEAF_SHIFT = FAN_SHIFT;
    private static final int BRANCH_SHIFT = LEAF_SHIFT + FAN_SHIFT;
    private static final int ROOT_SHIFT = BRANCH_SHIFT + FAN_SHIFT;
    private static final int FAN = 1 << FAN_SHIFT;

    private static final int ORDER_BITS = 5;
    private static final int ORDER_MASK = ORDERS - 1;

    /// Orders of blocks that are smaller than a leaf, as a set.
    private static final int WITHIN_LEAF = (1 << LEAF_SHIFT) - 1;

    private static final int WORDS_BYTES = ORDERS * Long.BYTES;
    private static final int LEAF_BYTES = 2 * Long.BYTES;
    private static final int BRANCH_BYTES = WORDS_BYTES + FAN * LEAF_BYTES;
    private static final long ROOT_BYTES = KINDS * (WORDS_BYTES + (long) FAN * BRANCH_BYTES);

    private final long rootBase;
    private final long branchBase;
    private final int[] rootOrders;
    private final int[] blocks = new int[ORDERS];
    private long freePages;

    /// An empty map over a table that reads as zero and is usable as far as the region's frontier.
    /// @param address    of the table
    /// @param kind       which of the two kinds
    /// @param totalPages of the region
    FreeMap(long address, int kind, long totalPages) {
        this.rootBase = address + (long) kind * WORDS_BYTES;
        this.branchBase = address + (long) KINDS * WORDS_BYTES + (long) kind * BRANCH_BYTES;
        this.rootOrders = new int[(int) (totalPages - 1 >>> ROOT_SHIFT) + 1];
    }

    /// {@return the bytes of the table that must be usable for some first pages}
    /// @param pages how many
    static long tableBytes(long pages) {
        long branches = pages + (1L << BRANCH_SHIFT) - 1 >>> BRANCH_SHIFT;
        long roots = branches + FAN - 1 >>> FAN_SHIFT;
        return (roots * WORDS_BYTES + branches * BRANCH_BYTES) * KINDS;
    }

    /// {@return the first page of a block}
    /// @param block what a search returned
    static long page(long block) {
        return block >> ORDER_BITS;
    }

    /// {@return the order of a block}
    /// @param block what a search returned
    static int order(long block) {
        return (int) block & ORDER_MASK;
    }

    /// {@return the blocks of an order}
    int blocks(int order) {
        return blocks[order];
    }

    /// {@return the pages of all blocks}
    long freePages() {
        return freePages;
    }

    /// Adds a block that is not in the map.
    void add(long page, int order) {
        if (order < LEAF_SHIFT) {
            long word = leafWord(page, order);
            putLong(word, getLong(word) | leafBit(page, order));
        }
        long branch = branchWord(page, order);
        putLong(branch, getLong(branch) | 1L << (page >>> LEAF_SHIFT));
        long root = rootWord(page, order);
        putLong(root, getLong(root) | 1L << (page >>> BRANCH_SHIFT));
        rootOrders[(int) (page >>> ROOT_SHIFT)] |= 1 << order;
        blocks[order]++;
        freePages += 1L << order;
    }

    /// Removes a block that is in the map.
    void remove(long page, int order) {
        blocks[order]--;
        freePages -= 1L << order;
        if (order < LEAF_SHIFT) {
            long word = leafWord(page, order);
            long left = getLong(word) & ~leafBit(page, order);
            putLong(word, left);
            if ((left & leafMask(order)) != 0) {
                return;
            }
        }
        long branch = branchWord(page, order);
        long leavesLeft = getLong(branch) & ~(1L << (page >>> LEAF_SHIFT));
        putLong(branch, leavesLeft);
        if (leavesLeft == 0) {
            long root = rootWord(page, order);
            long branchesLeft = getLong(root) & ~(1L << (page >>> BRANCH_SHIFT));
            putLong(root, branchesLeft);
            if (branchesLeft == 0) {
                rootOrders[(int) (page >>> ROOT_SHIFT)] &= ~(1 << order);
            }
        }
    }

    /// {@return whether a block is in the map}
    boolean contains(long page, int order) {
        return order < LEAF_SHIFT
                ? (getLong(leafWord(page, order)) & leafBit(page, order)) != 0
                : (getLong(branchWord(page, order)) >>> (page >>> LEAF_SHIFT) & 1) != 0;
    }

    /// {@return the block that starts at a page, or [#NOTHING]}
    long at(long page) {
        int highest = page == 0 ? ORDERS - 1 : Math.min(Long.numberOfTrailingZeros(page), ORDERS - 1);
        int present = rootOrders[(int) (page >>> ROOT_SHIFT)] & -1 >>> ORDERS - 1 - highest;
        for (; present != 0; present &= present - 1) {
            int order = Integer.numberOfTrailingZeros(present);
            if (contains(page, order)) {
                return block(page, order);
            }
        }
        return NOTHING;
    }

    /// {@return the lowest block of certain orders that does not start before a page, or [#NOTHING]}
    /// @param orders a bit for each
    /// @param from   the page
    long lowest(int orders, long from) {
        for (int root = (int) (from >>> ROOT_SHIFT); root < rootOrders.length; root++) {
            int present = rootOrders[root] & orders;
            if (present != 0) {
                long block = lowestInRoot((long) root << ROOT_SHIFT, present, from);
                if (block != NOTHING) {
                    return block;
                }
            }
        }
        return NOTHING;
    }

    private long lowestInRoot(long root, int orders, long from) {
        long branches = union(rootWord(root, 0), orders) & notBefore(from, root, BRANCH_SHIFT);
        while (branches != 0) {
            long branch = root + ((long) Long.numberOfTrailingZeros(branches) << BRANCH_SHIFT);
            long leaves = union(branchWord(branch, 0), orders) & notBefore(from, branch, LEAF_SHIFT);
            while (leaves != 0) {
                long leaf = branch + ((long) Long.numberOfTrailingZeros(leaves) << LEAF_SHIFT);
                long block = lowestInLeaf(leaf, orders, from);
                if (block != NOTHING) {
                    return block;
                }
                leaves &= leaves - 1;
            }
            branches &= branches - 1;
        }
        return NOTHING;
    }

    private long lowestInLeaf(long leaf, int orders, long from) {
        for (int large = from <= leaf ? orders & ~WITHIN_LEAF : 0; large != 0; large &= large - 1) {
            int order = Integer.numberOfTrailingZeros(large);
            if (contains(leaf, order)) {
                return block(leaf, order);
            }
        }
        long skipped = Math.max(0, from - leaf);
        long lowest = Long.MAX_VALUE;
        for (int small = orders & WITHIN_LEAF; small != 0; small &= small - 1) {
            int order = Integer.numberOfTrailingZeros(small);
            long starts = starts(leaf, order) & -1L << (skipped + (1L << order) - 1 >>> order);
            if (starts != 0) {
                lowest = Math.min(lowest, block(leaf + ((long) Long.numberOfTrailingZeros(starts) << order), order));
            }
        }
        return lowest == Long.MAX_VALUE ? NOTHING : lowest;
    }

    /// {@return the first page of the highest block of an order that starts before a page, or [#NOTHING]}
    /// @param order its order
    /// @param end   the page, at least 0
    long highest(int order, long end) {
        if (blocks[order] == 0) {
            return NOTHING;
        }
        long last = Math.min(end, (long) rootOrders.length << ROOT_SHIFT) - 1;
        for (int root = (int) (last >> ROOT_SHIFT); root >= 0; root--) {
            if ((rootOrders[root] >>> order & 1) != 0) {
                long page = highestInRoot((long) root << ROOT_SHIFT, order, last);
                if (page != NOTHING) {
                    return page;
                }
            }
        }
        return NOTHING;
    }

    private long highestInRoot(long root, int order, long last) {
        long branches = getLong(rootWord(root, order)) & notAfter(last, root, BRANCH_SHIFT);
        while (branches != 0) {
            long branch = root + ((long) highestBit(branches) << BRANCH_SHIFT);
            long leaves = getLong(branchWord(branch, order)) & notAfter(last, branch, LEAF_SHIFT);
            while (leaves != 0) {
                long leaf = branch + ((long) highestBit(leaves) << LEAF_SHIFT);
                long starts = starts(leaf, order) & notAfter(last, leaf, order);
                if (starts != 0) {
                    return leaf + ((long) highestBit(starts) << order);
                }
                leaves ^= Long.highestOneBit(leaves);
            }
            branches ^= Long.highestOneBit(branches);
        }
        return NOTHING;
    }

    /// {@return how many blocks of an order the leaves below a frontier have}
    /// @throws IllegalStateException where a branch or a root says something else than what is below it
    int verify(int order, long frontierPages) {
        int found = 0;
        for (long root = 0; root < frontierPages; root += 1L << ROOT_SHIFT) {
            long branches = 0;
            for (long branch = root; branch < Math.min(frontierPages, root + (1L << ROOT_SHIFT)); ) {
                long leaves = 0;
                for (int leaf = 0; leaf < FAN; leaf++) {
                    int starts = Long.bitCount(starts(branch + ((long) leaf << LEAF_SHIFT), order));
                    found += starts;
                    leaves |= starts == 0 ? 0 : 1L << leaf;
                }
                require(getLong(branchWord(branch, order)) == leaves, "branch", branch);
                branches |= leaves == 0 ? 0 : 1L << (branch >>> BRANCH_SHIFT);
                branch += 1L << BRANCH_SHIFT;
            }
            require(getLong(rootWord(root, order)) == branches, "root", root);
            boolean isPresent = (rootOrders[(int) (root >>> ROOT_SHIFT)] >>> order & 1) != 0;
            require(isPresent == (branches != 0), "orders of the root", root);
        }
        return found;
    }

    private static void require(boolean holds, String what, long page) {
        if (!holds) {
            throw new IllegalStateException("buddy: the free map's " + what + " does not fit its leaves at " + page);
        }
    }

    private static long block(long page, int order) {
        return page << ORDER_BITS | order;
    }

    /// {@return a bit for each block of an order in a leaf, the lowest for the first place where one can start}
    private long starts(long leaf, int order) {
        return order < LEAF_SHIFT
                ? (getLong(leafWord(leaf, order)) & leafMask(order)) >>> leafShift(order)
                : getLong(branchWord(leaf, order)) >>> (leaf >>> LEAF_SHIFT) & 1;
    }

    /// {@return the words of certain orders in one}
    private static long union(long words, int orders) {
        long union = 0;
        for (int left = orders; left != 0; left &= left - 1) {
            union |= getLong(words + (long) Integer.numberOfTrailingZeros(left) * Long.BYTES);
        }
        return union;
    }

    /// {@return the bits of those children that do not end before a page}
    private static long notBefore(long page, long first, int childShift) {
        return page <= first ? -1L : -1L << (page - first >>> childShift);
    }

    /// {@return the bits of those children that do not start after a page}
    private static long notAfter(long page, long first, int childShift) {
        long index = page - first >>> childShift;
        return index >= FAN ? -1L : -1L >>> FAN - 1 - index;
    }

    private static int highestBit(long bits) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(bits);
    }

    private long rootWord(long page, int order) {
        return rootBase + (page >>> ROOT_SHIFT) * ROOT_BYTES + (long) order * Long.BYTES;
    }

    private long branchWord(long page, int order) {
        return branchRecord(page) + (long) order * Long.BYTES;
    }

    private long leafWord(long page, int order) {
        long leaf = branchRecord(page) + WORDS_BYTES + (page >>> LEAF_SHIFT & FAN - 1) * LEAF_BYTES;
        return order == 0 ? leaf : leaf + Long.BYTES;
    }

    private long branchRecord(long page) {
        long inRoot = page >>> BRANCH_SHIFT & FAN - 1;
        return branchBase + (page >>> ROOT_SHIFT) * ROOT_BYTES + inRoot * (KINDS * BRANCH_BYTES);
    }

    private static long leafBit(long page, int order) {
        return 1L << leafShift(order) + (int) ((page & FAN - 1) >>> order);
    }

    private static long leafMask(int order) {
        return -1L >>> FAN - (FAN >> order) << leafShift(order);
    }

    /// Where an order's bits begin in its word: order 0 has all 64 of one, and the others share the second.
    private static int leafShift(int order) {
        return order == 0 ? 0 : FAN - (2 * FAN >> order);
    }
}
