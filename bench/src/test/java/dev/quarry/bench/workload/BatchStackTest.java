// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatchStackTest {
    private static final int MAX_BATCHES = 100;

    private final Arena memory = Arena.ofShared();
    private final BatchStack stack = new BatchStack();

    @AfterEach
    void freeMemory() {
        memory.close();
    }

    private long batch() {
        return memory.allocate(Long.BYTES, Long.BYTES).address();
    }

    @Test
    void shouldGiveBackTheLastBatchFirst() {
        long first = batch();
        long second = batch();
        assertTrue(stack.push(first));
        assertTrue(stack.push(second));
        assertEquals(second, stack.pop());
        assertEquals(first, stack.pop());
    }

    @Test
    void shouldGiveOutWhatIsLeftWhenClosedAndTakeNothingMore() {
        long batch = batch();
        stack.push(batch);
        stack.close();
        assertFalse(stack.push(batch()));
        assertEquals(batch, stack.pop());
        assertEquals(BatchStack.CLOSED, stack.pop());
    }

    @Test
    void shouldLetThePopperWaitForABatch() throws Exception {
        FutureTask<Long> popping = new FutureTask<>(stack::pop);
        Thread popper = start(popping);
        awaitWaiting(popper);
        long batch = batch();
        stack.push(batch);
        assertEquals(batch, popping.get(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldLetThePusherWaitForRoom() throws Exception {
        for (int i = 0; i < MAX_BATCHES; i++) {
            stack.push(batch());
        }
        long last = batch();
        FutureTask<Boolean> pushing = new FutureTask<>(() -> stack.push(last));
        awaitWaiting(start(pushing));
        stack.pop();
        assertTrue(pushing.get(10, TimeUnit.SECONDS));
        assertEquals(last, stack.pop());
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }
}
