// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Control;

/// One thread allocates, another one frees: every free is of another thread's block. Between them is a queue without
/// locks, whose cost is in the figure, as it is in that of the void subject.
public class HandOverBenchmark extends MicroBenchmark {
    private static final int WAITING = 512;

    /// Twice as many as can wait, so that a slot is free again long before its turn comes.
    private static final int SLOTS = 2 * WAITING;

    /// The slots that both threads see, and the numbers of those that are handed over.
    @State(Scope.Group)
    public static class Exchange {
        @Param({"facade", "local_arena", "void"})
        String subject = "";

        private final Integer[] numbers = new Integer[SLOTS];
        private final SpscVarHandleArrayQueue<Integer> queue = new SpscVarHandleArrayQueue<>(WAITING);
        private MicroHeap slots;

        @SuppressWarnings("NullAway.Init") // The slots are set before each iteration.
        public Exchange() {
            for (int slot = 0; slot < SLOTS; slot++) {
                numbers[slot] = slot;
            }
        }

        @Setup(Level.Iteration)
        public void open() {
            slots = MicroSubject.open(subject, SLOTS);
        }

        @TearDown(Level.Iteration)
        public void freeWhatWaits() {
            MicroHeap heap = slots.sharing();
            for (Integer slot = queue.poll(); slot != null; slot = queue.poll()) {
                heap.free(slot);
            }
        }
    }

    /// One thread's view of the slots.
    @State(Scope.Thread)
    public static class Side {
        @Param("64")
        int byteSize;

        private MicroHeap heap;
        private int next;

        @SuppressWarnings("NullAway.Init") // The heap is set before each iteration.
        public Side() {}

        @Setup(Level.Iteration)
        public void join(Exchange exchange) {
            heap = exchange.slots.sharing();
        }
    }

    @Benchmark
    @Group("handOver")
    @GroupThreads(1)
    public void allocate(Exchange exchange, Side side, Control control) {
        int slot = side.next;
        side.heap.allocate(slot, side.byteSize);
        while (!exchange.queue.offer(exchange.numbers[slot])) {
            if (control.stopMeasurement) {
                side.heap.free(slot);
                return;
            }
            Thread.onSpinWait();
        }
        // Only now: at the end, when nobody takes any more, calls would go round to slots that still wait.
        side.next = (slot + 1) % SLOTS;
    }

    @Benchmark
    @Group("handOver")
    @GroupThreads(1)
    public void free(Exchange exchange, Side side, Control control) {
        @Nullable Integer slot = exchange.queue.poll();
        while (slot == null) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
            slot = exchange.queue.poll();
        }
        side.heap.free(slot);
    }
}
