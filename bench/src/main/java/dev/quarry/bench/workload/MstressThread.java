// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.atomic.AtomicLongArray;

/// One thread's part in one iteration of [Mstress]. Its two arrays of addresses are blocks themselves.
public final class MstressThread {
    /// Where threads hand blocks to each other has so many places. A constant, by which the compiler divides without a
    /// division.
    public static final int TRANSFER_SLOTS = 1_000;

    private static final long GROWTH_ADDRESSES = 100_000;

    private final Blocks blocks;
    private final AtomicLongArray transfer;
    private final Mix64 random;
    private long data;
    private long capacity;
    private long top;
    private long operations;
    private long checksum;

    /// Makes the part of one thread.
    ///
    /// @param transfer of [#TRANSFER_SLOTS], where threads hand blocks to each other
    public MstressThread(Blocks blocks, AtomicLongArray transfer, Mix64 random) {
        this.blocks = blocks;
        this.transfer = transfer;
        this.random = random;
    }

    long checksum() {
        return checksum;
    }

    /// Allocates, frees at random, and ends with nothing.
    ///
    /// @param count of blocks that live for a while; half as many are kept to the end
    /// @return how many blocks were allocated
    public long run(int count) {
        int retain = count / 2;
        long retained = blocks.malloc(Long.BYTES * (long) retain);
        work(count, retain, retained);
        freeEach(retained, retain);
        freeEach(data, top);
        blocks.free(retained);
        blocks.free(data);
        return operations;
    }

    /// The loop alone: what comes behind it the compiler would inline first, and of the loop nothing then
    /// (docs/adr/0010).
    private void work(int count, int retain, long retained) {
        int left = count;
        int retainedTop = 0;
        while (left > 0 || retainedTop < retain) {
            if (retainedTop == retain || (random.chance(50) && left > 0)) {
                left--;
                append(allocateItems(1L << random.next(5)));
            } else {
                ALL.set(
                        JAVA_LONG_UNALIGNED,
                        retained + Long.BYTES * (long) retainedTop++,
                        allocateItems(1L << random.next(7)));
            }
            if (random.chance(66) && top > 0) {
                freeOne();
            }
            if (random.chance(25) && top > 0) {
                exchangeOne();
            }
        }
    }

    private void append(long block) {
        if (top == capacity) {
            capacity += GROWTH_ADDRESSES;
            data = blocks.realloc(data, Long.BYTES * capacity);
        }
        ALL.set(JAVA_LONG_UNALIGNED, data + Long.BYTES * top++, block);
    }

    private void freeOne() {
        long slot = data + Long.BYTES * Long.remainderUnsigned(random.next(), top);
        freeItems(blocks, ALL.get(JAVA_LONG_UNALIGNED, slot));
        ALL.set(JAVA_LONG_UNALIGNED, slot, 0);
    }

    private void exchangeOne() {
        long slot = data + Long.BYTES * Long.remainderUnsigned(random.next(), top);
        int other = random.next(TRANSFER_SLOTS);
        ALL.set(JAVA_LONG_UNALIGNED, slot, transfer.getAndSet(other, ALL.get(JAVA_LONG_UNALIGNED, slot)));
    }

    private long allocateItems(long count) {
        long words = count;
        if (random.chance(1)) {
            words *= factor();
        }
        if (words == 40) {
            words++;
        }
        long block = blocks.malloc(words * Long.BYTES);
        CountedWords.write(block, words);
        operations++;
        checksum = Workload.mix(checksum, words);
        return block;
    }

    private long factor() {
        if (random.chance(1)) {
            return 10_000;
        }
        return random.chance(10) ? 1_000 : 100;
    }

    private void freeEach(long addresses, long count) {
        for (long i = 0; i < count; i++) {
            freeItems(blocks, ALL.get(JAVA_LONG_UNALIGNED, addresses + Long.BYTES * i));
        }
    }

    /// Checks all that was written, and frees. 0 is no block.
    public static void freeItems(Blocks blocks, long block) {
        if (block == 0) {
            return;
        }
        CountedWords.check(block);
        blocks.free(block);
    }
}
