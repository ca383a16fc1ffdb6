// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/// A thousand blocks allocated, then freed: the last first, the first first, or in random order. Time is that of one
/// block's malloc and free.
public class BatchBenchmark extends HeapBenchmark {
    private static final int BLOCKS = 1000;
    private static final long SEED = 20261121;

    /// `lifo`, `fifo` or `random`.
    @Param({"lifo", "fifo", "random"})
    private String order = "";

    @Param({"64", "1024"})
    private int byteSize;

    private int[] freeOrder = {};

    @Override
    int slots() {
        return BLOCKS;
    }

    @Override
    void fill() {
        freeOrder = freeOrder(order, BLOCKS);
    }

    /// {@return in which order that many slots are freed}
    static int[] freeOrder(String order, int slots) {
        List<Integer> numbers = IntStream.range(0, slots).boxed().collect(Collectors.toList());
        switch (order) {
            case "lifo" -> Collections.reverse(numbers);
            case "fifo" -> {}
            case "random" -> Collections.shuffle(numbers, new Random(SEED));
            default -> throw new IllegalArgumentException("no order " + order);
        }
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public void batch() {
        MicroHeap heap = this.heap;
        for (int slot = 0; slot < BLOCKS; slot++) {
            heap.allocate(slot, byteSize);
        }
        for (int slot : freeOrder) {
            heap.free(slot);
        }
    }
}
