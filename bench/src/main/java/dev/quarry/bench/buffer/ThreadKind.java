// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// What threads buffers are allocated on: pools treat them differently.
public enum ThreadKind {
    /// Netty's own, for which its pools keep caches.
    EVENT_LOOP {
        @Override
        <T> List<T> run(List<? extends Callable<T>> tasks) throws Exception {
            List<EventExecutor> loops = new ArrayList<>();
            List<Future<T>> results = new ArrayList<>();
            for (Callable<T> task : tasks) {
                EventExecutor loop = new DefaultEventExecutor();
                loops.add(loop);
                results.add(loop.submit(task));
            }
            try {
                return getAll(results);
            } finally {
                loops.forEach(
                        loop -> loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
            }
        }
    },
    /// Ordinary threads.
    PLATFORM {
        @Override
        <T> List<T> run(List<? extends Callable<T>> tasks) throws Exception {
            try (ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread::new)) {
                return getAll(submitAll(executor, tasks));
            }
        }
    },
    /// Many of them on a few carriers.
    VIRTUAL {
        @Override
        <T> List<T> run(List<? extends Callable<T>> tasks) throws Exception {
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                return getAll(submitAll(executor, tasks));
            }
        }
    };

    /// Runs all tasks at once, each on a thread of its own.
    /// @return their results
    abstract <T> List<T> run(List<? extends Callable<T>> tasks) throws Exception;

    private static <T> List<Future<T>> submitAll(ExecutorService executor, List<? extends Callable<T>> tasks) {
        List<Future<T>> results = new ArrayList<>();
        for (Callable<T> task : tasks) {
            results.add(executor.submit(task));
        }
        return results;
    }

    private static <T> List<T> getAll(List<Future<T>> results) throws Exception {
        List<T> values = new ArrayList<>();
        for (Future<T> result : results) {
            values.add(result.get());
        }
        return values;
    }

    /// {@return the name for tables and for the command line of a child}
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static ThreadKind of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
