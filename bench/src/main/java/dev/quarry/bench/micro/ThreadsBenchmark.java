// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Threads;

/// Threads that have nothing to do with each other: each frees one of a thousand blocks of its own, of 8 to 1,007
/// bytes, and allocates another in its place. Time is that of one replacement on one thread; where threads do not
/// hinder each other it stays the same with more of them, as long as there are cores.
///
/// JMH has one number of threads a method.
public class ThreadsBenchmark extends HeapBenchmark {
    private static final int SLOTS = 1000;
    private static final int REPLACEMENTS = 100;
    private static final int MIN_BYTES = 8;
    private static final long SEED = 20261121;

    private int[] byteSizes = {};
    private int next;

    @Override
    int slots() {
        return SLOTS;
    }

    @Override
    void fill() {
        byteSizes = new Random(SEED).ints(SLOTS, MIN_BYTES, MIN_BYTES + SLOTS).toArray();
        for (int slot = 0; slot < SLOTS; slot++) {
            heap.allocate(slot, byteSizes[slot]);
        }
    }

    @Override
    public void clear() {
        for (int slot = 0; slot < SLOTS; slot++) {
            heap.free(slot);
        }
    }

    /// Goes through the slots with a step that visits each, and through the sizes in another order.
    private void replace() {
        MicroHeap heap = this.heap;
        int number = next;
        for (int replacement = 0; replacement < REPLACEMENTS; replacement++) {
            int slot = number * 7 % SLOTS;
            heap.free(slot);
            heap.allocate(slot, byteSizes[number * 3 % SLOTS]);
            number = (number + 1) % SLOTS;
        }
        next = number;
    }

    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads1() {
        replace();
    }

    @Benchmark
    @Threads(2)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads2() {
        replace();
    }

    @Benchmark
    @Threads(4)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads4() {
        replace();
    }

    @Benchmark
    @Threads(8)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads8() {
        replace();
    }

    @Benchmark
    @Threads(16)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads16() {
        replace();
    }

    @Benchmark
    @Threads(32)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads32() {
        replace();
    }

    @Benchmark
    @Threads(64)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads64() {
        replace();
    }

    @Benchmark
    @Threads(128)
    @OperationsPerInvocation(REPLACEMENTS)
    public void threads128() {
        replace();
    }
}
