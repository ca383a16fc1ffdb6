// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.region.CommitLedger;
import dev.quarry.internal.slab.Space;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// An allocator's place in a tree of allocators: its parent and its children.
///
/// ```
/// quarry              each has a space, arenas and zones of its own; malloc and free know nothing of the tree
///   tenant-a          credit goes up the tree: see CommitLedger
///     cache
///   tenant-b
/// ```
///
/// Who comes from outside to work on an allocator of the tree (a tick, a walk, a reclaim for a relative) holds its
/// `presence` meanwhile, and so does the close when it takes the memory away. It is the outermost lock, and nobody
/// waits for a second one while he holds one.
///
/// Thread-safe.
final class Family implements Space.Neighbours {
    /// Credit goes up the tree by recursion, for which slow paths have seen to the stack beforehand.
    static final int MAX_DEPTH = 8;

    private final OffHeapAllocator self;
    private final @Nullable Family parent;
    private final int depth;
    private final FamilyReclaim reclaim;
    private final ReentrantLock presence = new ReentrantLock();

    /// One close at a time: a second one returns when the first is done. Taken from the parent to the children.
    private final ReentrantLock closing = new ReentrantLock();

    /// Guarded by this, as all that follow.
    private final Map<String, Family> children = new LinkedHashMap<>();

    private final Set<String> namesInTheMaking = new HashSet<>();

    /// Events of children that are closed; null while there are none.
    private @Nullable AllocatorStats departed;

    private boolean sealed;

    /// Events of this one, once it is closed. Guarded by `presence`.
    private @Nullable AllocatorStats farewell;

    /// @param parent null for the root
    Family(OffHeapAllocator self, @Nullable Family parent) {
        this.self = self;
        this.parent = parent;
        this.depth = parent == null ? 1 : parent.depth + 1;
        this.reclaim = parent == null ? new FamilyReclaim() : parent.reclaim;
        self.space().setNeighbours(this);
    }

    OffHeapAllocator self() {
        return self;
    }

    @Nullable
    Family parent() {
        return parent;
    }

    Family root() {
        return parent == null ? this : parent.root();
    }

    CommitLedger ledger() {
        return self.space().ledger();
    }

    /// {@return the names from the root to this one, with slashes between them}
    String path() {
        return parent == null ? self.name() : parent.path() + "/" + self.name();
    }

    /// {@return the open children, the oldest first}
    synchronized List<Family> children() {
        return List.copyOf(children.values());
    }

    /// {@return this one and all below it, parents before their children}
    List<Family> all() {
        List<Family> all = new ArrayList<>();
        collect(all);
        return all;
    }

    private void collect(List<Family> all) {
        all.add(this);
        for (Family child : children()) {
            child.collect(all);
        }
    }

    @Override
    public @Nullable String ownerOf(long address) {
        for (Family member : root().all()) {
            if (!member.self.isClosed() && member.self.space().contains(address)) {
                return member.path();
            }
        }
        return null;
    }

    /// Makes a child.
    /// @throws IllegalArgumentException if a sibling has its name, or the tree would be too deep
    /// @throws IllegalStateException    if this one is closed, or closes meanwhile
    /// @throws OutOfOffHeapMemoryError  if there is no memory for its first records
    OffHeapAllocator add(AllocatorConfig config) {
        claim(config.name());
        OffHeapAllocator child = null;
        boolean added = false;
        try {
            child = make(config);
            added = publish(child);
        } finally {
            if (!added) {
                unclaim(config.name());
            }
        }
        if (!added) {
            child.close();
            throw closed();
        }
        return child;
    }

    private OffHeapAllocator make(AllocatorConfig config) {
        try {
            return StartUp.createChild(config, this);
        } catch (OutOfOffHeapMemoryError refused) {
            reclaim.reclaim(this, null, 0);
        }
        try {
            return StartUp.createChild(config, this);
        } catch (OutOfOffHeapMemoryError refused) {
            throw new OutOfOffHeapMemoryError("no memory for the child \"" + config.name() + "\" of \"" + path()
                    + "\": " + refused.getMessage() + FamilyReclaim.refusal(ledger().lastRefuser(), this, 0));
        }
    }

    private synchronized void claim(String name) {
        if (sealed || self.isClosed()) {
            throw closed();
        }
        if (depth == MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "\"" + path() + "\" is " + MAX_DEPTH + " levels deep, and cannot have children");
        }
        if (children.containsKey(name) || !namesInTheMaking.add(name)) {
            throw new IllegalArgumentException("\"" + path() + "\" has a child \"" + name + "\" already");
        }
    }

    private synchronized void unclaim(String name) {
        namesInTheMaking.remove(name);
    }

    private synchronized boolean publish(OffHeapAllocator child) {
        if (sealed) {
            return false;
        }
        namesInTheMaking.remove(child.name());
        children.put(child.name(), child.family());
        return true;
    }

    private IllegalStateException closed() {
        return new IllegalStateException("the allocator " + self.name() + " is closed");
    }

    /// Does something with this allocator unless it is closed, or somebody else is at it.
    /// @return whether it was done
    boolean tryWith(Runnable action) {
        if (!presence.tryLock()) {
            return false;
        }
        try {
            if (self.isClosed()) {
                return false;
            }
            action.run();
            return true;
        } finally {
            presence.unlock();
        }
    }

    /// Makes room for a request that failed, after this one has trimmed itself: the relatives below each level whose
    /// limit refuses give up what they can.
    /// @return whether it is worth to try again
    boolean reclaimForCredit(long byteSize) {
        return reclaim.reclaim(this, this, byteSize);
    }

    /// {@return which limit above this one refused, as the end of a message; empty if none did}
    String refusalAbove(long byteSize) {
        return FamilyReclaim.refusal(ledger().lastRefuser(), parent, byteSize);
    }

    /// One tick for all below this one. What one of them throws keeps it from none.
    /// @return how much was done
    int maintainChildren() {
        int[] work = new int[1];
        RuntimeException failure = null;
        for (Family child : children()) {
            try {
                child.self.tools().look();
                child.tryWith(() -> work[0] += child.self.maintainSelf());
                work[0] += child.maintainChildren();
            } catch (RuntimeException failed) {
                failure = failure == null ? failed : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return work[0];
    }

    /// Trims all below this one.
    void trimChildren() {
        for (Family child : children()) {
            child.tryWith(child.self::trimSelf);
            child.trimChildren();
        }
    }

    /// {@return what the allocator itself has, without its children}
    AllocatorStats ownStats() {
        presence.lock();
        try {
            self.requireOpen();
            AllocatorStats own = self.census();
            return StatsSum.withCommitted(own, Math.max(0, own.committedBytes() - childrensBytes()));
        } finally {
            presence.unlock();
        }
    }

    private long childrensBytes() {
        return children().stream()
                .mapToLong(child -> child.ledger().committedBytes())
                .sum();
    }

    /// {@return what this one and all below have, with the events of those that are closed}
    AllocatorStats stats() {
        List<Family> present;
        AllocatorStats gone;
        synchronized (this) {
            present = List.copyOf(children.values());
            gone = departed;
        }
        StatsSum sum;
        presence.lock();
        try {
            if (farewell != null) {
                return farewell;
            }
            self.requireOpen();
            sum = new StatsSum(self.census());
        } finally {
            presence.unlock();
        }
        if (gone != null) {
            sum.add(gone);
        }
        present.forEach(child -> sum.add(child.stats()));
        return sum.get();
    }

    /// {@return bytes of all below this one that the system holds in memory}
    long childrensResidentBytes() {
        long[] bytes = new long[1];
        for (Family child : children()) {
            presence(child, () -> bytes[0] += child.self.space().residentBytes());
            bytes[0] += child.childrensResidentBytes();
        }
        return bytes[0];
    }

    private static void presence(Family member, Runnable action) {
        member.presence.lock();
        try {
            if (!member.self.isClosed()) {
                action.run();
            }
        } finally {
            member.presence.unlock();
        }
    }

    /// Walks this one and all below, at rest.
    /// @throws IllegalStateException naming the first invariant that does not hold
    void verify() {
        presence(this, this::verifySelf);
        children().forEach(Family::verify);
    }

    private void verifySelf() {
        self.verifySelf();
        AllocatorStats own = ownStats();
        if (!own.identityHolds()) {
            throw new IllegalStateException(
                    "\"" + path() + "\": the buckets do not add up to the committed bytes: " + own);
        }
        long counted = self.space().committedBytes();
        if (counted != own.committedBytes()) {
            throw new IllegalStateException("\"" + path() + "\": its regions hold credit for " + counted
                    + " bytes, its ledger less its children's says " + own.committedBytes());
        }
    }

    /// Closes all below this one, then this one.
    /// @throws IllegalStateException if one of them refuses while blocks are live; nothing is closed then
    void close() {
        close(false);
    }

    private void close(boolean forced) {
        closing.lock();
        try {
            if (self.isClosed()) {
                return;
            }
            if (!forced) {
                for (Family member : all()) {
                    member.requireNothingLive();
                }
            }
            seal();
            self.stopMaintenance();
            try {
                for (Family child : children()) {
                    child.close(true);
                }
            } finally {
                closeSelf();
            }
        } finally {
            closing.unlock();
        }
    }

    private void requireNothingLive() {
        if (closeMode() != CloseMode.REFUSE) {
            return;
        }
        AllocatorStats stats = stats();
        if (stats.liveBlocks() > 0) {
            throw new IllegalStateException("the allocator \"" + path() + "\" stays open: it has "
                    + Leftover.describe(stats) + " (" + ConfigOptions.CLOSE.key() + "=refuse)");
        }
    }

    private synchronized void seal() {
        sealed = true;
    }

    private void closeSelf() {
        presence.lock();
        try {
            if (parent != null || closeMode() == CloseMode.REPORT) {
                takeLeave();
            }
        } finally {
            try {
                self.closeSelf();
            } finally {
                presence.unlock();
                leaveParent();
            }
        }
    }

    private void leaveParent() {
        if (parent != null) {
            parent.remove(this);
        }
    }

    private void takeLeave() {
        AllocatorStats last = self.census();
        farewell = eventsWithDeparted(StatsSum.eventsOf(last));
        if (closeMode() == CloseMode.REPORT && last.liveBlocks() > 0) {
            Leftover.log(path(), last);
        }
    }

    private CloseMode closeMode() {
        CloseMode mode = self.config().close();
        if (mode != CloseMode.AUTO) {
            return mode;
        }
        return parent == null ? CloseMode.FREE : CloseMode.REPORT;
    }

    private synchronized AllocatorStats eventsWithDeparted(AllocatorStats events) {
        return departed == null ? events : new StatsSum(events).add(departed).get();
    }

    private synchronized void remove(Family child) {
        children.remove(child.self.name());
        AllocatorStats last = child.farewell;
        if (last != null) {
            departed =
                    departed == null ? last : new StatsSum(departed).add(last).get();
        }
    }
}
