// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Keeper;
import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/// The maintenance agent and the thread that runs it ([MaintenanceMode#THREAD]).
///
/// A round that fails is reported and the next one comes a tick later. When the thread itself ends (somebody interrupts
/// it, or it cannot even report), the next slow path of any thread starts another one.
///
/// While there is nothing to do the pauses grow to eight ticks; the first thread that needs an arena, or a zone that
/// falls short, ends the pause.
///
/// Thread-safe.
final class Maintenance implements Keeper {
    /// Ticks that the longest pause lasts.
    private static final int MAX_PAUSE_TICKS = 8;

    private static final long MAX_END_MS = 5_000;

    private final AllocatorConfig config;
    private final DistinctErrors errors;
    private final Rounds rounds;
    private @Nullable AgentRunner runner;
    private volatile @Nullable Thread thread;
    private volatile boolean isWanted;
    private volatile boolean isResting;
    private boolean isStopped;
    private int quietings;
    private long starts;

    /// What is done.
    interface Rounds {
        /// One round.
        void run();

        /// {@return whether there can be nothing to do until a thread needs an arena}
        boolean isAtRest();
    }

    Maintenance(AllocatorConfig config, DistinctErrors errors, Rounds rounds) {
        this.config = config;
        this.errors = errors;
        this.rounds = rounds;
    }

    /// Starts the thread, unless it runs, is to be quiet, or was stopped for good.
    synchronized void start() {
        if (!isStopped && quietings == 0) {
            isWanted = true;
            startThread();
        }
    }

    private void startThread() {
        Thread last = thread;
        if (last != null && last.isAlive()) {
            return;
        }
        Body body = new Body();
        AgentRunner next = new AgentRunner(body, body, null, body);
        runner = next;
        thread = AgentRunner.startOnThread(next, body);
        starts++;
    }

    /// Ends the thread for good, and waits for it.
    synchronized void stop() {
        isStopped = true;
        endThread();
    }

    /// Ends the thread until [#resume] was called as often as this, and waits for it.
    synchronized void quiesce() {
        quietings++;
        endThread();
    }

    /// Takes one [#quiesce] back.
    synchronized void resume() {
        quietings--;
        start();
    }

    private void endThread() {
        isWanted = false;
        AgentRunner last = runner;
        if (last != null) {
            Thread ending = thread;
            runner = null;
            thread = null;
            // Agrona's runner waits for its thread without waking it: a close would last as long as the pause.
            LockSupport.unpark(ending);
            last.close();
            awaitEnd(ending);
        }
    }

    /// The runner does not wait for a thread that has not begun yet. It does nothing any more, but it is there.
    private static void awaitEnd(@Nullable Thread ending) {
        if (ending != null && ending != Thread.currentThread()) {
            try {
                ending.join(MAX_END_MS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// {@return how often a thread was started}
    synchronized long starts() {
        return starts;
    }

    @Override
    public boolean isAlive() {
        Thread now = thread;
        return !isWanted || now != null && now.isAlive();
    }

    @Override
    public void restart() {
        try {
            restartIfWanted();
        } catch (RuntimeException | Error refused) {
            // No memory for a thread: the call that found out must not fail for that. The next slow path tries again.
            Thread.onSpinWait();
        }
    }

    /// Somebody may have stopped it since it was found dead.
    private synchronized void restartIfWanted() {
        if (isWanted) {
            startThread();
        }
    }

    @Override
    public void wake() {
        LockSupport.unpark(thread);
    }

    @Override
    public void stir() {
        if (isResting) {
            isResting = false;
            wake();
        }
    }

    /// What Agrona's runner wants to know. One class in the place of four lambdas, which would cost every start more
    /// memory than all the rest of this.
    private final class Body implements Agent, IdleStrategy, ErrorHandler, ThreadFactory {
        private int ticks = 1;

        /// One round a tick: work or not, the pause comes after each.
        @Override
        public int doWork() {
            if (isWanted) {
                rounds.run();
            }
            return 0;
        }

        @Override
        public String roleName() {
            return config.name() + "-maintenance";
        }

        @Override
        public Thread newThread(Runnable work) {
            Thread made = new Thread(work, roleName());
            made.setDaemon(true);
            return made;
        }

        @Override
        public void onError(Throwable error) {
            errors.count(ErrorKind.MAINTENANCE, "round", error.getClass().getName(), error);
        }

        @Override
        public void idle(int workCount) {
            idle();
        }

        /// Parks until the next round, or until woken.
        @Override
        public void idle() {
            ticks = rounds.isAtRest() ? Math.min(ticks * 2, MAX_PAUSE_TICKS) : 1;
            isResting = ticks > 1;
            if (isWanted) {
                LockSupport.parkNanos(this, ticks * config.maintenanceTickNs());
            } else {
                Thread.onSpinWait();
            }
        }

        @Override
        public void reset() {
            ticks = 1;
        }
    }
}
