// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import java.lang.invoke.VarHandle;

/// An arena that belongs to one carrier: to the thread of the operating system on which virtual threads run.
///
/// While a virtual thread runs on its carrier it is alone there, and may use the carrier's arena as a platform thread
/// uses its own. But in a slow path it may wait for a lock, and is then taken off its carrier in the midst of an
/// operation. So whoever comes sets [#inside] first and leaves it set until it has gone; who finds it set goes to a
/// stripe. It takes no atomic operation: only threads on that one carrier set it.
///
/// Others may take the arena back, once and for all ([#revoke]); they must know then that nobody is inside:
///
/// ```
/// who comes                                who takes it back
/// inside = true                            isRevoked = true
/// (the compiler keeps the order)           all threads pass a fence
/// if isRevoked: inside = false, go away    if not inside: it is theirs
/// ```
///
/// Either the fence came before the last line on the left, and then `isRevoked` is seen; or behind both,
/// and then `inside` is. That is Dekker's protocol with the whole cost on one side (Dice, Huang and Yang, *Asymmetric
/// Dekker Synchronization*, 2001).
///
/// [#inside] is read and written plainly, with fences beside it. So there is nothing between the question which carrier
/// runs the caller and the mark that the JVM might have to link first, in code that may wait; and the mark is taken
/// away without a call: a StackOverflowError may come with each call.
///
/// Thread-safe.
@SuppressWarnings("UnusedVariable") // the padding
public final class Carrier {
    private final long osThread;
    private final Arena arena;
    private final ActivityWatch watch = new ActivityWatch();
    private volatile boolean isRevoked;

    /// Whether somebody is inside.
    private boolean inside;

    /// Behind the words that the owner writes: 128 bytes.
    private long p01;

    private long p02;
    private long p03;
    private long p04;
    private long p05;
    private long p06;
    private long p07;
    private long p08;
    private long p09;
    private long p10;
    private long p11;
    private long p12;
    private long p13;
    private long p14;
    private long p15;
    private long p16;

    /// @param osThread whose it is
    /// @param arena    that nobody else uses
    Carrier(long osThread, Arena arena) {
        this.osThread = osThread;
        this.arena = arena;
    }

    /// {@return the thread that it belongs to}
    long osThread() {
        return osThread;
    }

    /// {@return the arena} To be used between [#tryEnter] and [#leave] only, and by who has taken it back.
    public Arena arena() {
        return arena;
    }

    /// Allocates. Called by virtual threads that run on this carrier only, as [#free] and [#tryEnter].
    /// @param size bytes, 0 allowed
    /// @return the address; 0 for want of memory, for a size that is none, and where the caller cannot enter
    public long tryMalloc(long size) {
        if (inside) {
            return 0;
        }
        VarHandle.acquireFence();
        inside = true;
        try {
            return mayStay() ? arena.tryMalloc(size) : 0;
        } finally {
            try {
                VarHandle.releaseFence();
            } finally {
                inside = false;
            }
        }
    }

    /// Frees.
    /// @param address of a block; 0 is a no-op
    /// @return whether the caller could enter; if not, nothing was done
    /// @throws dev.quarry.InvalidFreeException if it is not a live block's own address; nothing has changed
    public boolean free(long address) {
        if (inside) {
            return false;
        }
        VarHandle.acquireFence();
        inside = true;
        try {
            boolean stays = mayStay();
            if (stays) {
                arena.free(address);
            }
            return stays;
        } finally {
            try {
                VarHandle.releaseFence();
            } finally {
                inside = false;
            }
        }
    }

    /// For other operations. The caller has made sure that the stack suffices for [#leave].
    /// @return whether the caller may use the arena, until it leaves
    boolean tryEnter() {
        if (inside) {
            return false;
        }
        VarHandle.acquireFence();
        inside = true;
        if (mayStay()) {
            return true;
        }
        leave();
        return false;
    }

    /// Ends the use of the arena. It may be on another carrier than it began.
    public void leave() {
        VarHandle.releaseFence();
        inside = false;
    }

    /// {@return whether the arena is still this carrier's, now that somebody is inside}
    ///
    /// The fences are no instructions on x86. No compiler of the JDK moves an access over either, in any direction,
    /// which is more than their specification says; the processor's part is the fence of who takes the arena back.
    private boolean mayStay() {
        VarHandle.releaseFence();
        VarHandle.acquireFence();
        return !isRevoked;
    }

    /// Lets nobody in any more, but who is about to be: see [#isOutside].
    void revoke() {
        isRevoked = true;
    }

    boolean isRevoked() {
        return isRevoked;
    }

    /// {@return whether nobody uses the arena} Once it was revoked, and all threads have passed a fence since, that is
    /// final: what was done inside is seen then.
    boolean isOutside() {
        boolean seen = inside;
        VarHandle.acquireFence();
        return !seen;
    }

    /// {@return what was seen of its use} Under the pool's lock.
    ActivityWatch watch() {
        return watch;
    }
}
