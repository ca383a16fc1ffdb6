// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import dev.quarry.NumaPolicy;
import dev.quarry.OutOfOffHeapMemoryError;
import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.arena.Stripe;
import org.jspecify.annotations.Nullable;

/// A thread of a simulated program: it has an arena of its own or, where there is none, takes a stripe for each call.
///
/// To the allocator it is a thread that runs, one that sleeps or one that has ended, as [#owner] says.
final class LogicalThread implements ArenaPool.Binding {
    /// What it is doing.
    private enum State {
        RUNNING,
        SLEEPING,
        ENDED
    }

    private static final Thread ENDED_THREAD = new Thread(() -> {});

    private final int id;
    private final ArenaPool pool;
    private final Thread sleeper;
    private State state = State.RUNNING;
    private @Nullable Arena arena;
    private boolean mayUse;
    private int cpu;

    /// @param sleeper a thread that waits in a native method
    LogicalThread(int id, ArenaPool pool, Thread sleeper, int cpu) {
        this.id = id;
        this.pool = pool;
        this.sleeper = sleeper;
        this.cpu = cpu;
    }

    /// Takes an arena, if there is one to be had.
    void start() {
        Arena taken = pool.acquire();
        if (taken != null) {
            bind(taken);
            pool.bind(this);
        }
    }

    void sleep() {
        state = State.SLEEPING;
    }

    void end() {
        state = State.ENDED;
    }

    /// Goes on, with a new arena if the old one was taken meanwhile.
    /// @return whether it has another arena now
    boolean wake() {
        state = State.RUNNING;
        return arena != null && !mayUse && pool.rebind(this);
    }

    /// {@return whether its arena has this policy; true if it has none}
    boolean allocatesBy(NumaPolicy policy) {
        return !mayUse || arena().policy().equals(policy);
    }

    int cpu() {
        return cpu;
    }

    void moveTo(int otherCpu) {
        cpu = otherCpu;
    }

    /// What an arena is asked for.
    interface Request {
        /// {@return an address; 0 for want of memory}
        long ask(Arena arena);
    }

    /// {@return the address; 0 for want of memory}
    long malloc(long byteSize) {
        try {
            return mayUse ? arena().malloc(byteSize) : ask(stripe -> stripe.tryMalloc(byteSize));
        } catch (OutOfOffHeapMemoryError refused) {
            return 0;
        }
    }

    long ask(Request request) {
        if (mayUse) {
            return request.ask(arena());
        }
        Stripe stripe = lockStripe();
        if (stripe == null) {
            return 0;
        }
        try {
            return request.ask(stripe.arena());
        } finally {
            stripe.unlock();
        }
    }

    /// Frees.
    /// @return whether it could: without an arena and any stripe there is nobody to take it
    boolean free(long address) {
        if (mayUse) {
            arena().free(address);
            return true;
        }
        Stripe stripe = lockStripe();
        if (stripe == null) {
            return false;
        }
        try {
            stripe.arena().free(address);
            return true;
        } finally {
            stripe.unlock();
        }
    }

    private @Nullable Stripe lockStripe() {
        return pool.lockStripe();
    }

    void trim() {
        if (mayUse) {
            arena().trim();
        }
    }

    void use(NumaPolicy policy) {
        if (mayUse) {
            arena().use(policy);
        }
    }

    @Override
    public Thread owner() {
        return switch (state) {
            case RUNNING -> Thread.currentThread();
            case SLEEPING -> sleeper;
            case ENDED -> ENDED_THREAD;
        };
    }

    @Override
    public Arena arena() {
        if (arena == null) {
            throw new IllegalStateException(this + " has no arena");
        }
        return arena;
    }

    @Override
    public boolean isBound() {
        return mayUse;
    }

    @Override
    public void bind(Arena another) {
        arena = another;
        mayUse = true;
    }

    @Override
    public void suspend() {
        mayUse = false;
    }

    @Override
    public void resume() {
        mayUse = true;
    }

    @Override
    public void unbind() {
        if (state == State.RUNNING) {
            throw new AssertionError(this + " lost its arena while it ran");
        }
        mayUse = false;
    }

    @Override
    public String toString() {
        return "thread " + id;
    }
}
