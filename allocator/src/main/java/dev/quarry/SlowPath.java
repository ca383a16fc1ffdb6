// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.arena.Carrier;
import dev.quarry.internal.arena.Carriers;
import dev.quarry.internal.arena.FreeChecks;
import dev.quarry.internal.arena.Stripe;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import org.jspecify.annotations.Nullable;

/// What the facade does when the calling thread has no arena that can serve at once: carriers, stripes, arguments,
/// shortage, errors.
///
/// Thread-safe.
final class SlowPath {
    /// Largest alignment.
    static final long MAX_ALIGNMENT = 1L << 30;

    private final AllocatorConfig config;
    private final Lifecycle lifecycle;
    private final Space space;
    private final ArenaPool pool;
    private final Carriers carriers;
    private final Reclaimer reclaimer;
    private final Exhaustion exhaustion;
    private final FreeChecks checks;
    private final ThreadHandles handles;

    SlowPath(
            AllocatorConfig config,
            Lifecycle lifecycle,
            Space space,
            ArenaPool pool,
            Reclaimer reclaimer,
            Exhaustion exhaustion) {
        this.checks = new FreeChecks(space);
        this.config = config;
        this.lifecycle = lifecycle;
        this.space = space;
        this.pool = pool;
        this.carriers = pool.carriers();
        this.reclaimer = reclaimer;
        this.exhaustion = exhaustion;
        pool.onShortage(this::malloc);
        this.handles = new ThreadHandles(config, lifecycle, pool, this);
        reclaimer.knowing(handles);
    }

    /// {@return who has which arena}
    ThreadHandles handles() {
        return handles;
    }

    private LocalArena own() {
        return handles.of(Thread.currentThread());
    }

    long malloc(long byteSize) {
        Carrier carrier = carrier();
        long address = carrier == null ? 0 : carrier.tryMalloc(byteSize);
        return address != 0 ? address : malloc(own(), byteSize);
    }

    /// {@return what the carrier of the caller has; null if that is no virtual thread, or is to go to a stripe}
    private @Nullable Carrier carrier() {
        return isOnCarrier() ? carriers.current() : null;
    }

    /// In a scope of its own policy a virtual thread goes to stripes of that.
    private boolean isOnCarrier() {
        return Thread.currentThread().isVirtual() && !handles.hasScopes();
    }

    void free(long address) {
        Carrier carrier = carrier();
        if (carrier == null || !carrier.free(address)) {
            free(own(), address);
        }
    }

    long malloc(LocalArena handle, long byteSize) {
        requireSize(byteSize);
        return demand(handle, null, Operation.MALLOC, 0, byteSize);
    }

    long tryMalloc(LocalArena handle, long byteSize) {
        requireSize(byteSize);
        return attempt(handle, null, Operation.MALLOC, 0, byteSize);
    }

    long malloc(long byteSize, NumaPolicy policy) {
        requireSize(byteSize);
        pool.map().require(policy);
        return demand(own(), policy, Operation.MALLOC, 0, byteSize);
    }

    long calloc(LocalArena handle, long count, long elementByteSize) {
        requireSize(count);
        requireSize(elementByteSize);
        if (Math.multiplyHigh(count, elementByteSize) != 0 || count * elementByteSize < 0) {
            throw new IllegalArgumentException(count + " elements of " + elementByteSize + " bytes overflow");
        }
        long byteSize = count * elementByteSize;
        return demand(handle, null, Operation.CALLOC, 0, byteSize);
    }

    long alignedAlloc(LocalArena handle, long byteAlignment, long byteSize) {
        requireAlignment(byteAlignment);
        requireSize(byteSize);
        return demand(handle, null, Operation.ALIGNED, byteAlignment, byteSize);
    }

    long realloc(LocalArena handle, long address, long newByteSize) {
        requireSize(newByteSize);
        if (address == 0) {
            return malloc(handle, newByteSize);
        }
        return demand(handle, null, Operation.REALLOC, address, newByteSize);
    }

    long allocateZeroed(long byteSize, long byteAlignment) {
        requireAlignment(byteAlignment);
        requireSize(byteSize);
        return demand(own(), null, Operation.ALIGNED_ZEROED, byteAlignment, byteSize);
    }

    void free(LocalArena handle, long address) {
        if (address == 0) {
            return;
        }
        if (lifecycle.isClosed()) {
            space.lateFrees().incrementAndGet();
            return;
        }
        if (handle.isDirect()) {
            handle.arena.free(address);
            return;
        }
        Carrier carrier = carrier();
        if (carrier != null && carrier.free(address)) {
            return;
        }
        Stripe stripe = pool.lockStripe();
        if (stripe == null) {
            throw exhaustion.error(0, config.numaPolicy());
        }
        try {
            stripe.arena().free(address);
        } finally {
            stripe.unlock();
        }
    }

    long usableSize(long address) {
        lifecycle.requireOpen();
        return checks.usableSize(address);
    }

    boolean owns(long address) {
        return !lifecycle.isClosed() && checks.owns(address);
    }

    /// Gives back all that can be given back.
    void trim() {
        reclaimer.trim(own());
    }

    /// The same for a relative: the caller gets no arena for it.
    void trimForRelative() {
        reclaimer.trimForRelative(handles.known());
    }

    /// Tries; reclaims in stages, and tries again after each. No loop, no waiting, no garbage collection.
    private long attempt(
            LocalArena handle, @Nullable NumaPolicy policy, Operation operation, long argument, long byteSize) {
        lifecycle.requireOpen();
        long address = once(handle, policy, operation, argument, byteSize);
        if (address != 0 || byteSize > config.limitBytes()) {
            return address;
        }
        StackReserve.ensureForArena();
        lifecycle.enterOpen();
        try {
            return afterReclaim(handle, policy, operation, argument, byteSize);
        } finally {
            lifecycle.leave();
        }
    }

    private long afterReclaim(
            LocalArena handle, @Nullable NumaPolicy policy, Operation operation, long argument, long byteSize) {
        for (int stage = 0; stage < Reclaimer.STAGES; stage++) {
            lifecycle.requireOpen();
            if (reclaimer.run(stage, handle, byteSize)) {
                long address = once(handle, policy, operation, argument, byteSize);
                if (address != 0) {
                    return address;
                }
            }
        }
        reclaimer.failed();
        return 0;
    }

    /// The same, and where there is still nothing what `quarry.exhaustion` says.
    private long demand(
            LocalArena handle, @Nullable NumaPolicy policy, Operation operation, long argument, long byteSize) {
        long address = attempt(handle, policy, operation, argument, byteSize);
        long sinceNs = address == 0 ? space.os().nanoTime() : 0;
        for (int attempts = 0; address == 0; attempts++) {
            NumaPolicy placement = policy == null ? handles.policyOf(handle) : policy;
            exhaustion.beforeRetry(byteSize, placement, attempts, sinceNs);
            address = attempt(own(), policy, operation, argument, byteSize);
        }
        return address;
    }

    private long once(
            LocalArena handle, @Nullable NumaPolicy policy, Operation operation, long argument, long byteSize) {
        if (handle.isDirect() && (policy == null || policy.equals(handle.arena.policy()))) {
            return operation.run(handle.arena, argument, byteSize);
        }
        Carrier carrier = policy == null && isOnCarrier() ? carriers.enter() : null;
        if (carrier != null) {
            try {
                return operation.run(carrier.arena(), argument, byteSize);
            } finally {
                carrier.leave();
            }
        }
        Stripe stripe = policy == null && !handles.hasScopes()
                ? pool.lockStripe()
                : pool.lockStripe(policy == null ? handles.policyOf(handle) : policy);
        if (stripe == null) {
            return 0;
        }
        try {
            return operation.run(stripe.arena(), argument, byteSize);
        } finally {
            stripe.unlock();
        }
    }

    /// {@return whether this is a fundamental alignment, one that every block has}
    static boolean isFundamental(long byteAlignment) {
        return Long.compareUnsigned(byteAlignment, 1L << SizeClasses.GRANULE_SHIFT) <= 0
                && Long.bitCount(byteAlignment) == 1;
    }

    static void requireSize(long byteSize) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("a size cannot be negative: " + byteSize);
        }
    }

    private static void requireAlignment(long byteAlignment) {
        if (byteAlignment <= 0 || Long.bitCount(byteAlignment) != 1 || byteAlignment > MAX_ALIGNMENT) {
            throw new IllegalArgumentException(
                    "an alignment must be a power of two up to " + MAX_ALIGNMENT + ": " + byteAlignment);
        }
    }

    /// What an arena is asked for on the slow path.
    private enum Operation {
        MALLOC,
        CALLOC,
        ALIGNED,
        ALIGNED_ZEROED,
        REALLOC;

        long run(Arena arena, long argument, long byteSize) {
            return switch (this) {
                case MALLOC -> arena.tryMalloc(byteSize);
                case CALLOC -> arena.calloc(byteSize);
                case ALIGNED -> arena.alignedAlloc(argument, byteSize);
                case ALIGNED_ZEROED -> arena.alignedCalloc(argument, byteSize);
                case REALLOC -> arena.realloc(argument, byteSize);
            };
        }
    }
}
