// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.StackReserve;
import dev.quarry.numa.OsThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which carrier has which arena.
///
/// A carrier gets one with the first call of a virtual thread on it. It is taken back when it was not used for a while,
/// which is how those of ended carriers come back too: whether a carrier has ended nobody need know, and one with the
/// same number goes on where the other left off.
///
/// Thread-safe; the pool's lock is taken when carriers come and go, never to enter.
public final class Carriers {
    private final OsThreads threads;
    private final ReentrantLock lock;
    private final ArenaSource arenas;
    private volatile CarrierTable table = CarrierTable.EMPTY;

    /// Whether a carrier without an arena need not ask for one: somebody did, and there was none.
    private volatile boolean areRefused;

    private volatile boolean isClosed;

    /// Where arenas come from, and go to. Under the lock.
    interface ArenaSource {
        /// {@return an arena that owns nothing; null at the cap, or where there is no memory for one}
        @Nullable
        Arena take();

        /// Takes one back.
        /// @param arena that owns nothing
        void giveBack(Arena arena);
    }

    /// None yet.
    /// @param threads tells carriers apart
    /// @param lock    the pool's
    /// @param arenas  for them
    Carriers(OsThreads threads, ReentrantLock lock, ArenaSource arenas) {
        this.threads = threads;
        this.lock = lock;
        this.arenas = arenas;
    }

    /// {@return what the calling virtual thread's carrier has; null where it has none and gets none now} Between this
    /// and the entry there must be no call in which a virtual thread may wait.
    public @Nullable Carrier current() {
        Carrier carrier = table.find(threads.current());
        return carrier != null || areRefused ? carrier : registered();
    }

    private @Nullable Carrier registered() {
        register();
        // By now it may be another one.
        return table.find(threads.current());
    }

    /// Enters the arena of the calling virtual thread's carrier.
    /// @return what is to be left at once after the operation; null where there is none for the caller now
    public @Nullable Carrier enter() {
        StackReserve.ensure();
        Carrier carrier = current();
        return carrier != null && carrier.tryEnter() ? carrier : null;
    }

    private void register() {
        StackReserve.ensureForArena();
        lock.lock();
        try {
            Arena arena = isClosed || !threads.areKnown() ? null : arenas.take();
            areRefused = arena == null;
            if (arena == null) {
                return;
            }
            long osThread = threads.current();
            if (osThread == OsThreads.NOBODY || table.find(osThread) != null) {
                arenas.giveBack(arena);
            } else {
                table = table.with(new Carrier(osThread, arena));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes back the arenas that were not used for a while; and from now on carriers may ask again.
    /// @param nowNs  monotonic time
    /// @param idleNs for how long
    /// @return how many
    int takeBackIdle(long nowNs, long idleNs) {
        areRefused = isClosed;
        return takeBack(carrier -> carrier.watch().sawNoneFor(carrier.arena(), nowNs, idleNs));
    }

    /// Takes back all arenas in which nobody is.
    void takeBackAll() {
        takeBack(carrier -> true);
    }

    /// Those in which somebody is come the next time. Not under the pool's lock: the fence is a system call.
    private int takeBack(Predicate<Carrier> isWanted) {
        if (table.size() == 0) {
            return 0;
        }
        StackReserve.ensureForArena();
        List<Carrier> revoked = revoke(isWanted);
        if (revoked.isEmpty() || !threads.fence()) {
            return 0;
        }
        int taken = 0;
        lock.lock();
        try {
            for (Carrier carrier : revoked) {
                if (!isClosed && carrier.isOutside() && table.find(carrier.osThread()) == carrier) {
                    carrier.arena().surrender();
                    arenas.giveBack(carrier.arena());
                    table = table.without(carrier);
                    taken++;
                }
            }
        } finally {
            lock.unlock();
        }
        return taken;
    }

    private List<Carrier> revoke(Predicate<Carrier> isWanted) {
        List<Carrier> revoked = new ArrayList<>();
        lock.lock();
        try {
            for (Carrier carrier : table.carriers()) {
                if (carrier.isRevoked() || isWanted.test(carrier)) {
                    carrier.revoke();
                    revoked.add(carrier);
                }
            }
        } finally {
            lock.unlock();
        }
        return revoked;
    }

    /// Lets nobody in any more. The arenas stay where they are.
    /// @return whether nobody can be inside
    boolean close() {
        List<Carrier> revoked;
        lock.lock();
        try {
            isClosed = true;
            areRefused = true;
            revoked = revoke(carrier -> true);
        } finally {
            lock.unlock();
        }
        boolean quiescent = revoked.isEmpty() || threads.fence();
        for (Carrier carrier : revoked) {
            quiescent &= carrier.isOutside();
        }
        return quiescent;
    }

    /// {@return how many have an arena}
    public int count() {
        return table.size();
    }

    /// {@return a sum that changes with use, mostly} No lock.
    long activity() {
        long sum = 0;
        for (Carrier carrier : table.carriers()) {
            sum = 31 * sum + carrier.arena().activity();
        }
        return sum;
    }
}
