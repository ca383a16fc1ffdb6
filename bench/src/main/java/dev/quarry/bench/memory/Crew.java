// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;

/// Threads with numbers from 0 on, which do what they are told and wait in between. All run from the construction on.
final class Crew implements AutoCloseable {
    private final List<ExecutorService> workers = new ArrayList<>();

    Crew(int size, ThreadFactory threads) {
        for (int i = 0; i < size; i++) {
            workers.add(Executors.newSingleThreadExecutor(threads));
        }
        doAll(index -> {});
    }

    /// Lets each thread do the task with its number, and waits for all.
    ///
    /// @throws IllegalStateException when one fails
    void doAll(IntConsumer task) {
        start(task).join();
    }

    /// Lets each thread begin the task with its number.
    Work start(IntConsumer task) {
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            int index = i;
            tasks.add(workers.get(i).submit(() -> task.accept(index)));
        }
        return new Work(tasks);
    }

    /// What was begun.
    record Work(List<Future<?>> tasks) {
        /// Waits for all threads.
        ///
        /// @throws IllegalStateException when one fails
        void join() {
            for (Future<?> task : tasks) {
                try {
                    task.get();
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a thread of the case failed", e.getCause());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for the threads of the case", e);
                }
            }
        }
    }

    /// Waits for what was begun, and ends the threads.
    @Override
    public void close() {
        workers.forEach(ExecutorService::close);
    }
}
