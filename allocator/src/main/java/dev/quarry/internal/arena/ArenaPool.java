// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.AllocatorStats;
import dev.quarry.MaintenanceMode;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// All arenas of an allocator: which thread has which, the stripes, and those without an owner.
///
/// An arena outlives its thread. When the thread has ended, whoever notices first (the maintenance agent, or a thread
/// that needs an arena) adopts it: all its slabs and spans go to the zone, and the empty arena waits for the next
/// thread.
/// So there are never more arenas than platform threads were alive at once, and never more than the cap.
///
/// Thread-safe; the lock is taken when threads come and go and on a maintenance tick, never by malloc or free.
public final class ArenaPool {
    /// Bytes at the start of an arena's record that hold its mailbox alone.
    static final int MAILBOX_BYTES = 64;

    private static final int RECORD_BYTES = MAILBOX_BYTES + Arena.LOOKUP_BYTES;

    private final Space space;
    private final Topology topology;
    private final ArenaMail mail;
    private final AtomicLong lookasideBudgetBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Arena> arenas = new ArrayList<>();
    private final ArrayDeque<Arena> idle = new ArrayDeque<>();
    private final List<Binding> bindings = new ArrayList<>();
    private final AtomicReferenceArray<@Nullable Stripe> stripes;
    private final int maxArenas;
    private final @Nullable InlineMaintenance inlineMaintenance;
    private Shortage shortage = byteSize -> 0;
    private volatile boolean closed;
    private long adoptions;

    /// What ends with a thread.
    public interface Binding {
        /// {@return the thread}
        Thread owner();

        /// {@return its arena}
        Arena arena();

        /// The thread has ended, or the allocator is closed: the handle must not be used again.
        void unbind();
    }

    /// A pool without arenas.
    /// @param space    whose zones serve
    /// @param topology tells which node a cpu belongs to
    public ArenaPool(Space space, Topology topology) {
        this.space = space;
        this.topology = topology;
        this.maxArenas = space.config().maxArenas();
        this.stripes = new AtomicReferenceArray<>(space.config().stripes());
        this.mail = new ArenaMail(space, maxArenas + stripes.length());
        this.lookasideBudgetBytes = new AtomicLong(space.config().lookasideLimitBytes());
        this.inlineMaintenance =
                space.config().maintenance() == MaintenanceMode.INLINE ? new InlineMaintenance(this, space) : null;
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
        lock.lock();
        try {
            if (idle.isEmpty()) {
                adoptDead();
            }
            Arena arena = idle.pollLast();
            return arena != null || arenas.size() - stripeCount() >= maxArenas ? arena : create();
        } finally {
            lock.unlock();
        }
    }

    /// Remembers who owns an arena.
    /// @param binding the thread and its arena
    public void bind(Binding binding) {
        StackReserve.ensure();
        lock.lock();
        try {
            bindings.add(binding);
        } finally {
            lock.unlock();
        }
    }

    /// Takes any stripe that is free now, the current cpu's first. A stripe for which there is no memory is passed
    /// over: at
    /// the limit a free must get through by those that there are.
    /// @return a locked stripe; null when there is no memory to make the first one
    public @Nullable Stripe lockStripe() {
        StackReserve.ensure();
        int mask = stripes.length() - 1;
        int start = space.os().currentCpu() & mask;
        for (int tries = 0; ; tries++) {
            Stripe stripe = stripe(start + tries & mask);
            if (closed) {
                return null;
            }
            if (stripe != null && stripe.tryLock()) {
                return stripe;
            }
            if ((tries & mask) == mask) {
                if (stripe == null && stripeCount() == 0) {
                    return null;
                }
                Thread.yield();
            }
        }
    }

    private @Nullable Stripe stripe(int index) {
        Stripe stripe = stripes.get(index);
        if (stripe != null) {
            return stripe;
        }
        StackReserve.ensureForArena();
        lock.lock();
        try {
            stripe = stripes.get(index);
            if (stripe == null) {
                Arena arena = create();
                if (arena == null) {
                    return null;
                }
                stripe = new Stripe(arena);
                stripes.set(index, stripe);
            }
            return stripe;
        } finally {
            lock.unlock();
        }
    }

    private int stripeCount() {
        int count = 0;
        for (int index = 0; index < stripes.length(); index++) {
            count += stripes.get(index) == null ? 0 : 1;
        }
        return count;
    }

    private @Nullable Arena create() {
        if (closed) {
            return null;
        }
        long record = space.metadata().allocate(RECORD_BYTES);
        if (record == 0) {
            return null;
        }
        int id = arenas.size() + 1;
        if (id >>> Space.FRAME_OWNER_BITS != 0) {
            throw new AssertionError("arena " + id + " does not fit into the frame table");
        }
        mail.enter(id, record);
        Arena arena = new Arena(this, id, homeZone(), record);
        arenas.add(arena);
        return arena;
    }

    private Zone homeZone() {
        Zone[] zones = space.zones();
        if (zones.length > 1) {
            int node = topology.nodeOfCpu(space.os().currentCpu());
            for (Zone zone : zones) {
                if (zone.pages().region().node() == node) {
                    return zone;
                }
            }
        }
        return zones[0];
    }

    /// One tick: adopts the arenas of ended threads, and delivers the mail that nobody reads.
    /// @param nowNs   monotonic time
    /// @param delayNs how long a free page may stay dirty
    /// @return how many arenas were adopted and how many zones gave memory back
    public int tick(long nowNs, long delayNs) {
        StackReserve.ensureForArena();
        int work = 0;
        lock.lock();
        try {
            work += adoptDead();
            for (Arena arena : idle) {
                arena.readMail();
            }
        } finally {
            lock.unlock();
        }
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            if (stripe != null && stripe.tryLock()) {
                try {
                    stripe.arena().readMail();
                } finally {
                    stripe.unlock();
                }
            }
        }
        for (Zone zone : space.zones()) {
            work += zone.decay(nowNs, delayNs) > 0 ? 1 : 0;
        }
        return work;
    }

    /// Gives back what idle arenas, stripes and zones hold without use.
    public void trim() {
        StackReserve.ensureForArena();
        // Twice: what one of them sends home in the first round, another collects in the second.
        trimArenas();
        trimArenas();
        for (Zone zone : space.zones()) {
            zone.trim();
        }
    }

    private void trimArenas() {
        lock.lock();
        try {
            adoptDead();
            for (Arena arena : idle) {
                arena.readMail();
            }
        } finally {
            lock.unlock();
        }
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            if (stripe != null && stripe.tryLock()) {
                try {
                    stripe.arena().trim();
                } finally {
                    stripe.unlock();
                }
            }
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
            for (Binding binding : bindings) {
                quiescent &= binding.owner() == caller || !binding.owner().isAlive();
                binding.unbind();
            }
            bindings.clear();
        } finally {
            lock.unlock();
        }
        for (int index = 0; index < stripes.length(); index++) {
            Stripe stripe = stripes.get(index);
            quiescent &= stripe == null || stripe.tryLock();
        }
        return quiescent;
    }

    private int adoptDead() {
        int adopted = 0;
        for (int index = bindings.size() - 1; index >= 0; index--) {
            Binding binding = bindings.get(index);
            if (!binding.owner().isAlive()) {
                // The end of a thread happens before isAlive() returns false: all its plain stores are seen here.
                binding.arena().surrender();
                binding.unbind();
                idle.addLast(binding.arena());
                bindings.set(index, bindings.get(bindings.size() - 1));
                bindings.remove(bindings.size() - 1);
                adopted++;
            }
        }
        adoptions += adopted;
        return adopted;
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
        return adoptions;
    }

    Space space() {
        return space;
    }

    @Nullable
    InlineMaintenance inlineMaintenance() {
        return inlineMaintenance;
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
