// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Another memory whose calls fail when told: the N-th of all calls or of one kind, once or from then on. A call that
/// fails does so before the wrapped memory hears of it.
///
/// The loop that proves a program to survive any refusal:
///
/// ```java
/// for (long n = 1; ; n++) {
///     memory.failFrom(n, Errno.ENOMEM);       // or failNth
///     runTheProgram(memory);                  // may refuse, must not break
///     if (!memory.fired()) {
///         break;                              // n is past the last call
///     }
/// }
/// ```
///
/// Calls that cannot fail ([#currentCpu], [#nanoTime] and the descriptions) are not counted. [#name] and [#freeBytes]
/// cannot throw; told to fail they return false and [#UNKNOWN].
///
/// **Threads.** All methods may be called by any thread.
public final class FaultInjectingMemory implements NativeMemory {
    private final NativeMemory memory;

    private final Map<OsCall, AtomicLong> countsByCall = new EnumMap<>(OsCall.class);
    private final AtomicLong countOfAll = new AtomicLong();

    private volatile @Nullable Fault fault;

    /// Wraps a memory. Nothing fails yet.
    ///
    /// @param memory who does the calls that do not fail
    public FaultInjectingMemory(NativeMemory memory) {
        this.memory = memory;
        for (OsCall call : OsCall.values()) {
            countsByCall.put(call, new AtomicLong());
        }
    }

    /// Lets one call fail: the n-th from now, of whatever kind.
    ///
    /// @param n 1 for the very next one
    /// @param errno how it fails
    public void failNth(long n, Errno errno) {
        arm(null, n, errno, false);
    }

    /// Lets one call fail: the n-th of a kind from now.
    ///
    /// @param call the kind
    /// @param n 1 for the very next one
    /// @param errno how it fails
    public void failNth(OsCall call, long n, Errno errno) {
        arm(call, n, errno, false);
    }

    /// Lets all calls fail, of whatever kind, from the n-th from now on.
    ///
    /// @param n 1 for the very next one
    /// @param errno how they fail
    public void failFrom(long n, Errno errno) {
        arm(null, n, errno, true);
    }

    /// Lets all calls of a kind fail from the n-th from now on.
    ///
    /// @param call the kind
    /// @param n 1 for the very next one
    /// @param errno how they fail
    public void failFrom(OsCall call, long n, Errno errno) {
        arm(call, n, errno, true);
    }

    /// Lets no further call fail. Forgets whether one did.
    public void disarm() {
        fault = null;
    }

    /// Whether a call has failed since the last order to fail.
    ///
    /// @return whether it is so
    public boolean fired() {
        Fault current = fault;
        return current != null && current.fired;
    }

    /// How many calls of a kind there were, failed ones included.
    ///
    /// @param call the kind
    /// @return 0 or more
    public long calls(OsCall call) {
        return countOf(call).get();
    }

    /// How many calls there were, failed ones included.
    ///
    /// @return 0 or more
    public long calls() {
        return countOfAll.get();
    }

    private synchronized void arm(@Nullable OsCall call, long n, Errno errno, boolean isLasting) {
        if (n < 1) {
            throw new IllegalArgumentException("calls are counted from 1, not from " + n);
        }
        AtomicLong count = call == null ? countOfAll : countOf(call);
        fault = new Fault(call, count.get() + n, errno, isLasting);
    }

    /// Counts a call and says whether it is to fail.
    private @Nullable Errno count(OsCall call) {
        long numberOfKind = countOf(call).incrementAndGet();
        long numberOfAll = countOfAll.incrementAndGet();
        Fault current = fault;
        if (current == null || (current.call != null && current.call != call)) {
            return null;
        }
        long number = current.call == null ? numberOfAll : numberOfKind;
        if (number == current.firstNumber || (current.isLasting && number > current.firstNumber)) {
            current.fired = true;
            return current.errno;
        }
        return null;
    }

    private AtomicLong countOf(OsCall call) {
        return Objects.requireNonNull(countsByCall.get(call));
    }

    private void enter(OsCall call, long address, long byteSize) {
        Errno errno = count(call);
        if (errno != null) {
            throw new NativeMemoryException(call, errno, address, byteSize);
        }
    }

    @Override
    public String description() {
        return "fault-injecting, over " + memory.description();
    }

    @Override
    public boolean isPortable() {
        return memory.isPortable();
    }

    @Override
    public int osPageBytes() {
        return memory.osPageBytes();
    }

    @Override
    public long reserve(long byteSize, long byteAlignment) {
        enter(OsCall.RESERVE, 0, byteSize);
        return memory.reserve(byteSize, byteAlignment);
    }

    @Override
    public void commit(long address, long byteSize) {
        enter(OsCall.COMMIT, address, byteSize);
        memory.commit(address, byteSize);
    }

    @Override
    public void purge(long address, long byteSize) {
        enter(OsCall.PURGE, address, byteSize);
        memory.purge(address, byteSize);
    }

    @Override
    public void release(long address, long byteSize) {
        enter(OsCall.RELEASE, address, byteSize);
        memory.release(address, byteSize);
    }

    @Override
    public boolean canRemap() {
        return memory.canRemap();
    }

    @Override
    public void remap(long fromAddress, long toAddress, long byteSize) {
        enter(OsCall.REMAP, fromAddress, byteSize);
        memory.remap(fromAddress, toAddress, byteSize);
    }

    @Override
    public void lock(long address, long byteSize) {
        enter(OsCall.LOCK, address, byteSize);
        memory.lock(address, byteSize);
    }

    @Override
    public void unlock(long address, long byteSize) {
        enter(OsCall.UNLOCK, address, byteSize);
        memory.unlock(address, byteSize);
    }

    @Override
    public void populate(long address, long byteSize) {
        enter(OsCall.POPULATE, address, byteSize);
        memory.populate(address, byteSize);
    }

    @Override
    public void bind(long address, long byteSize, Placement placement, NodeSet nodes) {
        enter(OsCall.BIND, address, byteSize);
        memory.bind(address, byteSize, placement, nodes);
    }

    @Override
    public void nodesOf(long address, int osPageCount, int[] nodes) {
        enter(OsCall.NODES_OF, address, (long) osPageCount * osPageBytes());
        memory.nodesOf(address, osPageCount, nodes);
    }

    @Override
    public long move(long address, long byteSize, int node) {
        enter(OsCall.MOVE, address, byteSize);
        return memory.move(address, byteSize, node);
    }

    @Override
    public long freeBytes(int node) {
        return count(OsCall.FREE_BYTES) == null ? memory.freeBytes(node) : UNKNOWN;
    }

    @Override
    public long keptFreeBytes(int node) {
        return memory.keptFreeBytes(node);
    }

    @Override
    public boolean name(long address, long byteSize, String name) {
        return count(OsCall.NAME) == null && memory.name(address, byteSize, name);
    }

    @Override
    public void hugePages(long address, long byteSize, boolean wanted) {
        enter(OsCall.HUGE_PAGES, address, byteSize);
        memory.hugePages(address, byteSize, wanted);
    }

    @Override
    public void collapse(long address, long byteSize) {
        enter(OsCall.COLLAPSE, address, byteSize);
        memory.collapse(address, byteSize);
    }

    @Override
    public int currentCpu() {
        return memory.currentCpu();
    }

    @Override
    public long residentBytes(long address, long byteSize) {
        enter(OsCall.RESIDENT, address, byteSize);
        return memory.residentBytes(address, byteSize);
    }

    @Override
    public long nanoTime() {
        return memory.nanoTime();
    }

    @Override
    public OsThreads threads() {
        return memory.threads();
    }

    @Override
    public MemoryGauge memoryGauge() {
        return memory.memoryGauge();
    }

    /// One order to fail.
    private static final class Fault {
        final @Nullable OsCall call;
        final long firstNumber;
        final Errno errno;
        final boolean isLasting;
        volatile boolean fired;

        Fault(@Nullable OsCall call, long firstNumber, Errno errno, boolean isLasting) {
            this.call = call;
            this.firstNumber = firstNumber;
            this.errno = errno;
            this.isLasting = isLasting;
        }
    }
}
