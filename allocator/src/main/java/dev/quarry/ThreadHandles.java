// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.slab.StackReserve;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which thread has which handle, and by which policy it allocates.
///
/// ```
/// table    handles by the low bits of the thread's id; whose id does not match goes on to the thread local
/// local    each platform thread's own handle, for as long as it lives
/// stripes  one handle without an arena, for virtual threads, which use their carriers', and threads above the cap
/// ```
///
/// An entry of the table is written by the thread that it is for, and may be overwritten by another with the same low
/// bits: it is a hint, and the id in the handle decides.
///
/// Thread-safe.
final class ThreadHandles {
    /// Entries of the table: a power of two.
    static final int COUNT = 1 << 10;

    private final AllocatorConfig config;
    private final Lifecycle lifecycle;
    private final ArenaPool pool;
    private final SlowPath slow;
    private final LocalArena[] table = new LocalArena[COUNT];
    private final LocalArena stripes;

    /// Per allocator, not static: its values end with their threads, and with the allocator. For the latter they are
    /// weak: a handle leads to the allocator, and so to this key, which each living thread would keep otherwise. While
    /// the handle has an arena the pool keeps it.
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<WeakReference<LocalArena>> local = new ThreadLocal<>();

    /// The policies of threads without an arena of their own, inside of [OffHeapAllocator#withPolicy].
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<NumaPolicy> scoped = new ThreadLocal<>();

    /// Whether [#scoped] has ever been set: until then nobody need look.
    private volatile boolean hasScopes;

    ThreadHandles(AllocatorConfig config, Lifecycle lifecycle, ArenaPool pool, SlowPath slow) {
        this.config = config;
        this.lifecycle = lifecycle;
        this.pool = pool;
        this.slow = slow;
        this.stripes = new LocalArena(slow, Thread.currentThread(), null);
        Arrays.fill(table, stripes);
    }

    /// {@return the table itself, for the fast path}
    LocalArena[] table() {
        return table;
    }

    /// {@return the handle of a thread, which is the caller; made with its first call}
    LocalArena of(Thread thread) {
        if (thread.isVirtual() || lifecycle.isClosed()) {
            return stripes;
        }
        LocalArena handle = localHandle();
        if (handle == null) {
            handle = register(thread);
            local.set(new WeakReference<>(handle));
        }
        if (handle.awake().isDirect()) {
            table[(int) thread.threadId() & COUNT - 1] = handle;
        }
        return handle;
    }

    /// {@return the caller's handle if it has one already; else that of the stripes}
    LocalArena known() {
        LocalArena handle = Thread.currentThread().isVirtual() ? null : localHandle();
        return handle == null ? stripes : handle;
    }

    private @Nullable LocalArena localHandle() {
        WeakReference<LocalArena> handle = local.get();
        return handle == null ? null : handle.get();
    }

    /// {@return a handle that the caller may keep}
    LocalArena own() {
        Thread thread = Thread.currentThread();
        LocalArena handle = of(thread);
        return handle == stripes ? new LocalArena(slow, thread, null) : handle;
    }

    private LocalArena register(Thread thread) {
        StackReserve.ensureForArena();
        Arena arena = pool.acquire();
        LocalArena handle = new LocalArena(slow, thread, arena);
        if (arena != null) {
            pool.bind(new ThreadBinding(this, thread, handle));
        }
        return handle;
    }

    /// Binds a thread that was idle to an arena again.
    /// @return whether it has one now
    boolean rebind(LocalArena handle, Thread thread) {
        if (lifecycle.isClosed()) {
            return false;
        }
        StackReserve.ensureForArena();
        return pool.rebind(new ThreadBinding(this, thread, handle));
    }

    /// Removes a handle whose thread has ended.
    void forget(LocalArena handle, Thread owner) {
        int index = (int) owner.threadId() & COUNT - 1;
        if (table[index] == handle) {
            table[index] = stripes;
        }
    }

    /// {@return whether some thread without an arena of its own may have a policy of its own}
    boolean hasScopes() {
        return hasScopes;
    }

    /// {@return the policy by which the caller, whose handle this is, allocates}
    NumaPolicy policyOf(LocalArena handle) {
        if (handle.isDirect()) {
            return handle.arena.policy();
        }
        NumaPolicy policy = hasScopes ? scoped.get() : null;
        return policy == null ? config.numaPolicy() : policy;
    }

    /// Makes the caller, whose handle this is, allocate by another policy.
    void use(LocalArena handle, NumaPolicy policy) {
        if (handle.isDirect()) {
            handle.arena.use(policy);
        } else if (policy.equals(config.numaPolicy())) {
            scoped.remove();
        } else {
            hasScopes = true;
            scoped.set(policy);
        }
    }

    /// Ends a scope of [OffHeapAllocator#withPolicy].
    void leave(NumaPolicy policy, NumaPolicy before) {
        if (lifecycle.isClosed()) {
            return;
        }
        LocalArena handle = of(Thread.currentThread());
        if (!policyOf(handle).equals(policy)) {
            throw new IllegalStateException(
                    "a scope that was opened inside is still open: " + policyOf(handle) + " inside of " + policy);
        }
        use(handle, before);
    }
}
