// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.quarry.bench.subject.Blocks;
import java.util.concurrent.locks.LockSupport;

/// One thread's part in [Rptest].
///
/// A list for another thread is a block of three words (the list pushed before it, the address of an array, the number
/// of its elements), and the array one of addresses of blocks.
final class RptestThread {
    private static final int SLOTS = 1_000;

    /// The first two primes from 7 on that do not divide the number of slots.
    private static final int ALLOCATE_STEP = 7;
    private static final int FREE_STEP = 11;

    private static final int OS_PAGE_BYTES = 4_096;
    private static final int MAX_ALIGNED_BYTES = 4_096;
    private static final long PAUSE_NS = 10_000_000;

    private static final long NEXT = 0;
    private static final long ARRAY = 8;
    private static final long COUNT = 16;
    private static final long LIST_BYTES = 24;

    private final Blocks blocks;
    private final Rptest.Shared shared;
    private final int number;
    private final int[] byteSizes;
    private final long[] slots = new long[SLOTS];
    private int receiver;
    private int sizeIndex;
    private long operations;
    private long checksum;
    private long timedNs;

    RptestThread(Blocks blocks, Rptest.Shared shared, int number) {
        this.blocks = blocks;
        this.shared = shared;
        this.number = number;
        this.byteSizes = shared.byteSizes();
        this.receiver = number;
    }

    long operations() {
        return operations;
    }

    long checksum() {
        return checksum;
    }

    long timedNs() {
        return timedNs;
    }

    void run(int iteration) {
        sizeIndex = (number + 1) * 37 * (iteration + 1) % byteSizes.length;
        int allocateCursor = 0;
        int freeCursor = 0;
        for (int loop = 0; loop < shared.loops(); loop++) {
            long startNs = System.nanoTime();
            long incoming = takeIncoming();
            freeCursor = freeSlots(freeCursor, shared.frees(iteration, loop));
            freeLists(incoming);
            int mallocs = shared.mallocs(iteration, loop);
            allocateCursor = allocateSlots(allocateCursor, mallocs);
            long list = 0;
            if (shared.threads() > 1 && loop % Rptest.LOOPS_BETWEEN_LISTS == 0 && !shared.hasAnyFinished(iteration)) {
                list = allocateList(mallocs);
            }
            timedNs += System.nanoTime() - startNs;
            if (list != 0) {
                send(list);
            }
        }
        end(iteration);
    }

    private long takeIncoming() {
        return shared.incoming().getAndSet(number, 0);
    }

    private int freeSlots(int cursor, int count) {
        int slot = cursor;
        for (int i = 0; i < count; i++) {
            if (slots[slot] != 0) {
                blocks.free(slots[slot]);
                slots[slot] = 0;
                operations++;
            }
            slot = (slot + FREE_STEP) % SLOTS;
        }
        return slot;
    }

    private int allocateSlots(int cursor, int count) {
        int slot = cursor;
        for (int i = 0; i < count; i++) {
            if (slots[slot] != 0) {
                blocks.free(slots[slot]);
                operations++;
            }
            slots[slot] = allocate(i);
            slot = (slot + ALLOCATE_STEP) % SLOTS;
        }
        return slot;
    }

    private long allocate(int step) {
        int index = sizeIndex;
        sizeIndex = index + 1 == byteSizes.length ? 0 : index + 1;
        int byteSize = byteSizes[index];
        int turn = (index + step) % 3;
        long block = byteSize >= MAX_ALIGNED_BYTES || turn == 0
                ? blocks.malloc(byteSize)
                : blocks.alignedAlloc(8L * turn, byteSize);
        operations++;
        checksum = Workload.mix(checksum, (long) byteSize ^ turn);
        ALL.set(JAVA_INT_UNALIGNED, block, byteSize);
        for (long offset = OS_PAGE_BYTES; offset < byteSize; offset += OS_PAGE_BYTES) {
            ALL.set(JAVA_BYTE, block + offset, (byte) 1);
        }
        ALL.set(JAVA_BYTE, block + byteSize - 1, (byte) 1);
        return block;
    }

    private long allocateList(int count) {
        long list = blocks.malloc(LIST_BYTES);
        long array = blocks.malloc(Long.BYTES * (long) count);
        operations += 2;
        for (int i = 0; i < count; i++) {
            ALL.set(JAVA_LONG_UNALIGNED, array + Long.BYTES * (long) i, allocate(i));
        }
        ALL.set(JAVA_LONG_UNALIGNED, list + ARRAY, array);
        ALL.set(JAVA_LONG_UNALIGNED, list + COUNT, count);
        return list;
    }

    /// To the other threads in turn.
    private void send(long list) {
        do {
            receiver = (receiver + 1) % shared.threads();
        } while (receiver == number);
        long top;
        do {
            top = shared.incoming().get(receiver);
            ALL.set(JAVA_LONG_UNALIGNED, list + NEXT, top);
        } while (!shared.incoming().compareAndSet(receiver, top, list));
    }

    private void freeLists(long first) {
        long list = first;
        while (list != 0) {
            long next = ALL.get(JAVA_LONG_UNALIGNED, list + NEXT);
            long array = ALL.get(JAVA_LONG_UNALIGNED, list + ARRAY);
            long count = ALL.get(JAVA_LONG_UNALIGNED, list + COUNT);
            for (long i = 0; i < count; i++) {
                blocks.free(ALL.get(JAVA_LONG_UNALIGNED, array + Long.BYTES * i));
            }
            blocks.free(array);
            blocks.free(list);
            operations += count + 2;
            list = next;
        }
    }

    /// Until all have come to their end lists may come in.
    private void end(int iteration) {
        shared.finish(iteration);
        while (!shared.haveAllFinished(iteration)) {
            freeLists(takeIncoming());
            Thread.yield();
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            if (slots[slot] != 0) {
                blocks.free(slots[slot]);
                slots[slot] = 0;
                operations++;
            }
        }
        LockSupport.parkNanos(PAUSE_NS);
        freeLists(takeIncoming());
    }
}
