// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Threads that begin together. A failure of one is the failure of the round.
final class Team {
    private final List<FutureTask<Void>> members = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ready;
    private final CountDownLatch start = new CountDownLatch(1);

    private Team(int count) {
        ready = new CountDownLatch(count);
    }

    /// Runs the body once for each number from 0 on, each on a new thread.
    ///
    /// @return the time from the common start to the end of the last one
    static long run(BlockSource source, int count, IntConsumer body) {
        return run(source, count, body, new StopFlag(), Duration.ZERO);
    }

    /// The same for bodies that go on until the flag is set, which it is after the time; zero is no limit.
    static long run(BlockSource source, int count, IntConsumer body, StopFlag stop, Duration time) {
        Team team = new Team(count);
        for (int i = 0; i < count; i++) {
            team.add(source, i, body);
        }
        return team.run(stop, time);
    }

    private void add(BlockSource source, int number, IntConsumer body) {
        FutureTask<Void> member = new FutureTask<>(
                () -> {
                    ready.countDown();
                    await(start);
                    body.accept(number);
                },
                null);
        Thread thread = source.newThread(member);
        members.add(member);
        threads.add(thread);
        thread.start();
    }

    private long run(StopFlag stop, Duration time) {
        await(ready);
        long startNs = System.nanoTime();
        start.countDown();
        if (!time.isZero()) {
            stopAfter(time, stop);
        }
        joinAll();
        return System.nanoTime() - startNs;
    }

    /// Waits for all before the first failure is thrown: who made the team may then let go of what it uses. And for the
    /// threads, not the tasks: an allocator may reuse what it kept for a thread only after the thread's end.
    private void joinAll() {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw failure(e);
            }
        }
        @Nullable ExecutionException failure = null;
        for (FutureTask<Void> member : members) {
            try {
                member.get();
            } catch (ExecutionException e) {
                failure = failure == null ? e : failure;
            } catch (InterruptedException e) {
                throw failure(e);
            }
        }
        if (failure != null) {
            throw failure(failure);
        }
    }

    /// A member that ends before the time has failed; then nothing is gained by waiting.
    private void stopAfter(Duration time, StopFlag stop) {
        try {
            members.get(0).get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The time is over, as it should be; or the member failed, of which joining it tells.
        } catch (InterruptedException e) {
            throw failure(e);
        } finally {
            stop.set();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw failure(e);
        }
    }

    static IllegalStateException failure(Exception e) {
        Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
        return new IllegalStateException("a thread of the workload failed: " + cause, cause);
    }
}
