// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.AllocatorStats;
import dev.quarry.NumaPolicy;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.slab.FrameTable;
import dev.quarry.internal.slab.LockWaiters;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// All arenas of an allocator: which thread has which, the stripes, and those without an owner.
///
/// An arena outlives its thread. When the thread has ended, whoever notices first (the maintenance agent, or a
/// thread that needs an arena) adopts it: all its slabs and spans go to the zone, and the empty arena waits for the
/// next thread. A thread in need adopts one, the agent one after the other: each takes up to half a millisecond. So
/// there are never more arenas than platform threads were alive at once, and never more than the
/// cap.
///
/// Thread-safe; the lock is taken when threads come and go and on a maintenance tick, never by malloc or free.
public final class ArenaPool {
    /// The part of the purge delay after which a thread that does nothing counts as idle: what it had kept is then
    /// purged within the delay, and a bit.
    private static final int IDLE_PART = 4;

    private static final long MIN_IDLE_NS = 1_000_000_000;

    private final Space space;
    private final NodeMap map;
    private final ArenaMail mail;
    private final AtomicLong lookasideBudgetBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Arena> arenas = new ArrayList<>();
    private final ArrayDeque<Arena> idle = new ArrayDeque<>();
    private final Tenancies tenancies;
    private final Stripes stripes;
    private final Carriers carriers;
    private final ArenaReclaim reclaim;
    private final int maxArenas;
    private final Upkeep upkeep;

    /// For a stripe when there is no memory for one: where no thread with an arena is left, a free must get through.
    /// Not touched until then; 0 once it is in use. Under the lock.
    private long spareRecord;

    private Shortage shortage = byteSize -> 0;
    private volatile boolean closed;
    private long lookasideLimitBytes;
    private int stripeCount;

    /// What ends with a thread, or with its work.
    public interface Binding {
        /// {@return the thread}
        Thread owner();

        /// {@return its arena}
        Arena arena();

        /// {@return whether the thread may use the arena}
        boolean isBound();

        /// Gives the thread an arena in place of the one that it lost. Called by that thread.
        /// @param arena of its own from now on
        void bind(Arena arena);

        /// Keeps the thread from the arena until it is decided who has it; it waits for the pool's lock then.
        void suspend();

        /// Lets the thread use its arena again.
        void resume();

        /// The thread has ended, or was idle, or the allocator is closed: the arena is not the thread's any more.
        void unbind();
    }

    /// A pool without arenas.
    /// @param space    whose zones serve
    /// @param topology tells which node a cpu belongs to
    public ArenaPool(Space space, Topology topology) {
        this.space = space;
        this.map = new NodeMap(space, topology);
        this.maxArenas = space.config().maxArenas();
        this.stripes = new Stripes(space, map, lock, this::makeStripe);
        this.carriers = new Carriers(space.os().threads(), lock, new CarrierArenas());
        this.mail = new ArenaMail(space, maxArenas + stripes.most());
        this.lookasideLimitBytes = space.config().lookasideLimitBytes();
        this.lookasideBudgetBytes = new AtomicLong(lookasideLimitBytes);
        this.tenancies = new Tenancies(space.config().numaPolicy(), idle);
        this.reclaim = new ArenaReclaim(this, space, stripes);
        this.upkeep = new Upkeep(this, space);
        this.spareRecord = space.metadata().allocate(Arena.RECORD_BYTES);
        for (Zone zone : space.zones()) {
            zone.setRouter(mail);
        }
    }

    /// Tells what becomes of a malloc for which an arena has no memory. Called once, before the first arena is made.
    /// @param handler of all arenas
    public void onShortage(Shortage handler) {
        shortage = handler;
    }

    /// Takes an arena for the calling thread.
    /// @return an arena without an owner; null when the cap is reached, or no memory is there for a new one
    public @Nullable Arena acquire() {
        StackReserve.ensureForArena();
        upkeep.stir();
        lock.lock();
        try {
            if (idle.isEmpty()) {
                // One: what others have left is the maintenance's, or the next thread's that needs one.
                tenancies.adoptEnded(Tenancies.ALL);
            }
            Arena arena = idle.pollLast();
            return arena != null || arenas.size() - stripeCount >= maxArenas
                    ? arena
                    : create(Home.ofThread(space, map, space.config().numaPolicy(), arenas.size()));
        } finally {
            lock.unlock();
        }
    }

    /// What carriers get is what threads get, counts against the same cap, and goes back to the same place.
    private final class CarrierArenas implements Carriers.ArenaSource {
        @Override
        public @Nullable Arena take() {
            return acquire();
        }

        @Override
        public void giveBack(Arena arena) {
            idle.addLast(arena);
        }
    }

    /// {@return the arenas of carriers of virtual threads}
    public Carriers carriers() {
        return carriers;
    }

    /// Remembers who owns an arena.
    /// @param binding the thread and its arena
    public void bind(Binding binding) {
        StackReserve.ensure();
        lock.lock();
        try {
            tenancies.add(binding);
        } finally {
            lock.unlock();
        }
    }

    /// Gives an arena to a thread that may have lost its own while it was idle.
    /// @param binding of the calling thread
    /// @return whether it has one now
    public boolean rebind(Binding binding) {
        lock.lock();
        try {
            if (binding.isBound()) {
                return true;
            }
            Arena arena = acquire();
            if (arena == null) {
                return false;
            }
            binding.bind(arena);
            tenancies.add(binding);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Takes any stripe that is free, those of the caller's node and cpu first; waits where none is for a while.
    /// @return a locked stripe; null when there is no memory to make the first one
    public @Nullable Stripe lockStripe() {
        return stripes.lock(() -> closed);
    }

    /// The same for a policy that is not the allocator's own.
    /// @param policy of the stripe
    /// @return a locked stripe; null when there is no memory to make the first one
    /// @throws IllegalArgumentException if the policy names a node that the allocator does not use, or is one too many
    public @Nullable Stripe lockStripe(NumaPolicy policy) {
        return stripes.lock(policy, () -> closed);
    }

    private @Nullable Stripe makeStripe(NumaPolicy policy, int source) {
        Home home = Home.ofStripe(space, map, policy, source);
        Arena arena = create(home);
        if (arena == null
                && !closed
                && spareRecord != 0
                && policy.equals(space.config().numaPolicy())) {
            arena = create(home, spareRecord);
            spareRecord = 0;
        }
        if (arena == null) {
            return null;
        }
        stripeCount++;
        return new Stripe(arena);
    }

    private @Nullable Arena create(Home home) {
        if (closed) {
            return null;
        }
        long record = space.metadata().allocate(Arena.RECORD_BYTES);
        return record == 0 ? null : create(home, record);
    }

    private Arena create(Home home, long record) {
        int id = arenas.size() + 1;
        if (id >>> FrameTable.OWNER_BITS != 0) {
            throw new AssertionError("arena " + id + " does not fit into the frame table");
        }
        mail.enter(id, record);
        Arena arena = new Arena(this, id, home, record);
        arenas.add(arena);
        return arena;
    }

    /// One tick: adopts the arenas of ended threads, and of those that have been idle for a quarter of the delay, and
    /// delivers the mail that nobody reads.
    /// @param nowNs   monotonic time
    /// @param delayNs how long a free page may stay dirty
    /// @return how many arenas were adopted and how many zones gave memory back
    public int tick(long nowNs, long delayNs) {
        StackReserve.ensureForArena();
        int work = 0;
        long idleNs = Math.max(delayNs / IDLE_PART, MIN_IDLE_NS);
        upkeep.beginRound(nowNs, idleNs);
        work += adoptEnded();
        work += adoptIdle(nowNs, idleNs);
        work += carriers.takeBackIdle(nowNs, idleNs);
        publishAdoptions();
        stripes.sweep(nowNs, idleNs);
        for (Zone zone : space.zones()) {
            work += zone.decay(nowNs, delayNs) > 0 ? 1 : 0;
        }
        return work;
    }

    /// Tells of the arenas that were adopted since the last call: by the tick, and by threads that needed one.
    private void publishAdoptions() {
        long ended;
        long silent;
        lock.lock();
        try {
            ended = tenancies.takeUnpublishedEnded();
            silent = tenancies.takeUnpublishedIdle();
        } finally {
            lock.unlock();
        }
        if (ended != 0) {
            space.events().publish(EventKind.ADOPTION_ENDED, EventHub.ANY_NODE, 0, ended, 0);
        }
        if (silent != 0) {
            space.events().publish(EventKind.ADOPTION_IDLE, EventHub.ANY_NODE, 0, silent, 0);
        }
    }

    /// Changes the byte budget of all lookaside lists together. The arenas give up step by step what they have taken of
    /// it already: see [LookasideDepth].
    /// @param limitBytes from now on
    public void limitLookaside(long limitBytes) {
        lock.lock();
        try {
            lookasideBudgetBytes.addAndGet(limitBytes - lookasideLimitBytes);
            lookasideLimitBytes = limitBytes;
        } finally {
            lock.unlock();
        }
    }

    /// {@return bytes that lookaside lists may still take; less than 0 where they have more than they may have now}
    public long lookasideLeftBytes() {
        return lookasideBudgetBytes.get();
    }

    /// Takes the arenas of threads that have ended, and delivers the mail that nobody reads.
    /// @return how many
    int adoptEnded() {
        int adopted = adoptOneByOne(tenancies::adoptEnded);
        lock.lock();
        try {
            readIdleMail();
        } finally {
            lock.unlock();
        }
        return adopted;
    }

    /// Takes one of them, unless somebody else has the lock; delivers the mail that nobody reads where there is none.
    /// @return whether it took one
    boolean tryAdoptOneEnded() {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            boolean adopted = tenancies.adoptEnded(Tenancies.ALL) != Tenancies.NONE;
            if (!adopted) {
                readIdleMail();
            }
            return adopted;
        } finally {
            lock.unlock();
        }
    }

    /// Takes the arenas of threads that do nothing.
    /// @param nowNs  monotonic time
    /// @param idleNs for how long they must have done nothing
    /// @return how many
    int adoptIdle(long nowNs, long idleNs) {
        return adoptOneByOne(below -> tenancies.adoptIdle(below, nowNs, idleNs));
    }

    /// Others get the lock after each.
    private int adoptOneByOne(IntUnaryOperator adoptBelow) {
        int adopted = 0;
        int place = Tenancies.ALL;
        while (place != Tenancies.NONE) {
            lock.lock();
            try {
                place = adoptBelow.applyAsInt(place);
                adopted += place == Tenancies.NONE ? 0 : 1;
            } finally {
                lock.unlock();
            }
            LockWaiters.letIn(lock);
        }
        return adopted;
    }

    private void readIdleMail() {
        for (Arena arena : idle) {
            arena.readMail();
        }
    }

    /// Ends all arenas' service.
    /// @param caller the closing thread
    /// @return whether no other thread can be inside a call
    public boolean close(Thread caller) {
        boolean quiescent = true;
        lock.lock();
        try {
            closed = true;
            idle.clear();
            for (Arena arena : arenas) {
                arena.close();
            }
            quiescent &= tenancies.unbindAll(caller);
        } finally {
            lock.unlock();
        }
        quiescent &= carriers.close();
        quiescent &= stripes.lockAll();
        return quiescent;
    }

    /// {@return one snapshot of all counters} Exact when the allocator rests.
    public AllocatorStats stats() {
        lock.lock();
        try {
            return new Census(space, arenas).take();
        } finally {
            lock.unlock();
        }
    }

    /// Counts everything like [#stats], without garbage and without holding a zone's lock for long.
    /// @param tally takes the figures
    public void count(Tally tally) {
        lock.lock();
        try {
            tally.reset(arenas);
        } finally {
            lock.unlock();
        }
        for (Zone zone : space.zones()) {
            tally.addZoneInSlices(zone);
        }
        tally.addArenas();
    }

    /// Walks everything. The allocator must rest.
    /// @return slots that stack overflows have lost
    /// @throws IllegalStateException naming the first invariant that does not hold
    public int verify() {
        lock.lock();
        try {
            space.metadata().verify();
            int lost = 0;
            for (Zone zone : space.zones()) {
                lost += zone.verify();
            }
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /// {@return whether there is nothing to maintain until a thread needs an arena: no thread has one, no stripe was
    /// ever made, and no free page is dirty}
    public boolean isAtRest() {
        lock.lock();
        try {
            if (!tenancies.isEmpty() || carriers.count() != 0 || stripeCount != 0) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        for (Zone zone : space.zones()) {
            if (zone.pages().dirtyFreeBytes() != 0 || zone.hasMail()) {
                return false;
            }
        }
        return true;
    }

    /// {@return arenas made so far, stripes included}
    public int arenaCount() {
        lock.lock();
        try {
            return arenas.size();
        } finally {
            lock.unlock();
        }
    }

    /// {@return arenas that wait for a thread}
    public int idleCount() {
        lock.lock();
        try {
            return idle.size();
        } finally {
            lock.unlock();
        }
    }

    /// {@return arenas adopted from ended threads so far}
    public long adoptions() {
        return tenancies.ended();
    }

    /// {@return arenas taken from idle threads so far}
    public long idleAdoptions() {
        return tenancies.idle();
    }

    /// {@return which zones are near to which cpus}
    public NodeMap map() {
        return map;
    }

    /// {@return what gives back memory that nobody uses}
    public ArenaReclaim reclaim() {
        return reclaim;
    }

    Space space() {
        return space;
    }

    /// {@return what slow paths do for the whole}
    public Upkeep upkeep() {
        return upkeep;
    }

    Shortage shortage() {
        return shortage;
    }

    ArenaMail mail() {
        return mail;
    }

    AtomicLong lookasideBudgetBytes() {
        return lookasideBudgetBytes;
    }
}
