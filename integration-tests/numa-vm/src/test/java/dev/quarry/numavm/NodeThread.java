// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// One thread that runs on the cpus of a node, and can be moved to another node: what a scheduler does, at a moment
/// that the test chooses.
final class NodeThread implements AutoCloseable {
    private final ExecutorService executor;

    NodeThread(int node) {
        this.executor = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("on-node-" + node).factory());
        moveTo(node);
    }

    /// Moves the thread once it has done what it was given so far.
    void moveTo(int node) {
        run(() -> Kernel.pinThisThread(Guest.cpusOf(node)));
    }

    /// Lets the thread do something, and waits for it.
    void run(Runnable task) {
        call(Executors.callable(task));
    }

    <T> T call(Callable<T> task) {
        return result(start(task));
    }

    /// Lets the thread do something, and does not wait.
    <T> Future<T> start(Callable<T> task) {
        return executor.submit(task);
    }

    /// Waits for a task, and throws here what it threw there.
    static <T> T result(Future<T> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a task ran on a node", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException exception) {
                throw exception;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(cause);
        }
    }

    /// Lets the thread end when it has done what it was given.
    @Override
    public void close() {
        executor.close();
    }
}
