// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.arena.NodeBalance;
import dev.quarry.internal.slab.Collapser;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.Topology;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// malloc and free for the JVM.
///
/// Addresses are plain `long`s of native memory, aligned to 16. Any thread may allocate, and any thread may free what
/// any other has allocated. A platform thread gets an arena of its own with its first call; virtual threads use that of
/// the platform thread that runs them.
///
/// *Errors.* Negative sizes, and alignments that are no power of two, are [IllegalArgumentException]s; want of
/// memory is an [OutOfOffHeapMemoryError]; a bad free is an [InvalidFreeException]. When an exception leaves,
/// nothing has changed.
///
/// *Cost.* In steady state malloc and free of up to 32 KiB take no lock, make no garbage and enter no kernel.
///
/// Thread-safe.
public final class OffHeapAllocator implements AutoCloseable {
    private static final int MAX_BUFFER_BYTES = Integer.MAX_VALUE - 8;

    private final AllocatorConfig config;
    private final Lifecycle lifecycle;
    private final Space space;
    private final ArenaPool pool;
    private final BlockCaches caches = new BlockCaches();
    private final Shrinkers shrinkers;
    private final Reclaimer reclaimer;
    private final Exhaustion exhaustion;
    private final SlowPath slow;
    private final ThreadHandles threads;
    private final LocalArena[] handles;
    private final JvmTools tools;
    private final LivePublisher live;
    private final PressureResponse pressure;
    private final Maintenance maintenance;
    private final boolean isRoot;

    /// @param parent null for an allocator that is nobody's child
    OffHeapAllocator(AllocatorConfig config, NativeMemory os, Topology topology, @Nullable Family parent) {
        this.config = config;
        this.lifecycle = new Lifecycle(config.name());
        this.space = new Space(os, config, StartUp.nodes(config, topology), parent == null ? null : parent.ledger());
        try {
            this.pool = new ArenaPool(space, topology);
            this.shrinkers = new Shrinkers(space.errors());
            this.reclaimer = new Reclaimer(lifecycle, space, pool, caches, shrinkers);
            PressureResponse parents = parent == null ? null : parent.self().pressure;
            this.pressure = new PressureResponse(config, space, pool, reclaimer, parents);
            Diagnosis diagnosis = new Diagnosis(config, space, pool, caches, pressure.monitor());
            this.exhaustion = new Exhaustion(config, lifecycle, space, diagnosis);
            this.slow = new SlowPath(config, lifecycle, space, pool, reclaimer, exhaustion);
            this.threads = slow.handles();
            this.handles = threads.table();
            space.place();
            if (parent != null) {
                lifecycle.joinFamily(this, parent);
            }
            this.tools = new JvmTools(this, parent == null ? config.name() : parent.path() + "/" + config.name());
            this.live = new LivePublisher(config, space, pool, caches);
            this.isRoot = parent == null;
            this.maintenance =
                    parent == null ? new Maintenance(config, space.errors(), new Rounds()) : parent.self().maintenance;
            if (config.maintenance() == MaintenanceMode.THREAD) {
                maintenance.start();
                pool.upkeep().keptBy(maintenance);
            }
        } catch (RuntimeException | Error failure) {
            space.close(true);
            throw failure;
        }
        tools.start();
    }

    /// The process-wide allocator, configured by system properties, made on first use.
    /// @return always the same one
    public static OffHeapAllocator system() {
        return SystemHolder.INSTANCE;
    }

    /// An instance of one's own.
    /// @param config its options
    /// @return a new allocator
    /// @throws dev.quarry.numa.NativeMemoryException if the system refuses the address space
    public static OffHeapAllocator create(AllocatorConfig config) {
        return StartUp.create(config);
    }

    /// Makes a child: an allocator of its own, for a tenant or a part of a service, whose memory counts against this
    /// one's limit as well. It has this one's options, but name, limit, and what follows from the limit.
    ///
    /// Limits are upper bounds, not reservations: together the children may have more than their parent, and one alone
    /// may, too; then the parent's limit is reached first. A close of this one closes its children.
    ///
    /// Cost: two mappings and a few records; see docs/architecture.md. Its maintenance is done by the root of the tree.
    /// @param name       unique among the open children, made of the characters of `quarry.name`
    /// @param limitBytes the most that it and its own children may have committed, from 1 MiB
    /// @return a new allocator
    /// @throws IllegalArgumentException if the name or the limit is refused, or the tree would be deeper than 8
    /// @throws OutOfOffHeapMemoryError  if there is no memory for its first records
    /// @throws IllegalStateException    if this allocator is closed
    /// @throws dev.quarry.numa.NativeMemoryException if the system refuses the address space
    public OffHeapAllocator child(String name, long limitBytes) {
        return child(name, limitBytes, options -> {});
    }

    /// Makes a child some of whose options differ from this one's. Maintenance, topology and the kind of memory are the
    /// same in the whole tree.
    /// @param name       unique among the open children, made of the characters of `quarry.name`
    /// @param limitBytes the most that it and its own children may have committed, from 1 MiB
    /// @param options    changes what a builder with the child's options says
    /// @return a new allocator
    /// @throws IllegalArgumentException if an option is refused, or the tree would be deeper than 8
    /// @throws OutOfOffHeapMemoryError  if there is no memory for its first records
    /// @throws IllegalStateException    if this allocator is closed
    /// @throws dev.quarry.numa.NativeMemoryException if the system refuses the address space
    public OffHeapAllocator child(String name, long limitBytes, Consumer<AllocatorConfig.Builder> options) {
        lifecycle.requireOpen();
        return family().add(ChildConfig.derive(config, name, limitBytes, options));
    }

    /// {@return the open children, the oldest first}
    public List<OffHeapAllocator> children() {
        Family relatives = lifecycle.family();
        return relatives == null
                ? List.of()
                : relatives.children().stream().map(Family::self).toList();
    }

    /// {@return the name, as the configuration has it}
    public String name() {
        return config.name();
    }

    /// Allocates.
    /// @param byteSize bytes wanted; 0 gives an address of its own that must be freed like any other
    /// @return the address; the contents are undefined
    /// @throws IllegalArgumentException if the size is negative
    /// @throws OutOfOffHeapMemoryError  for want of memory
    /// @throws IllegalStateException    if the allocator is closed
    public long malloc(long byteSize) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & ThreadHandles.COUNT - 1];
        return handle.directId() == id ? handle.arena.malloc(byteSize) : slow.malloc(byteSize);
    }

    /// Allocates, or says that there is no memory.
    /// @param byteSize bytes wanted
    /// @return the address; 0 where [#malloc] would throw for want of memory
    /// @throws IllegalArgumentException if the size is negative
    public long tryMalloc(long byteSize) {
        return slow.tryMalloc(own(), byteSize);
    }

    /// Allocates zeroed memory. What is known to be zero already is not zeroed again.
    /// @param count           elements
    /// @param elementByteSize bytes of each
    /// @return the address
    /// @throws IllegalArgumentException if either is negative or the product overflows
    /// @throws OutOfOffHeapMemoryError  for want of memory
    public long calloc(long count, long elementByteSize) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & ThreadHandles.COUNT - 1];
        // Both below 2 GiB and not negative: the product is one as well.
        if (handle.directId() == id && (count | elementByteSize) >>> 31 == 0) {
            final long address = handle.arena.calloc(count * elementByteSize);
            if (address != 0) {
                return address;
            }
        }
        return slow.calloc(own(), count, elementByteSize);
    }

    /// Allocates with an alignment.
    /// @param byteAlignment a power of two, up to 1 GiB
    /// @param byteSize      bytes wanted
    /// @return the address, a multiple of the alignment
    /// @throws IllegalArgumentException if the alignment is not such, or the size is negative
    /// @throws OutOfOffHeapMemoryError  for want of memory
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return SlowPath.isFundamental(byteAlignment)
                ? malloc(byteSize)
                : slow.alignedAlloc(own(), byteAlignment, byteSize);
    }

    /// Changes a block's size: in place where it can, else the block moves; huge ones by remapping, not by copying.
    /// @param address     of a live block; 0 makes this a malloc
    /// @param newByteSize bytes wanted
    /// @return the block's address now; its contents are kept up to the smaller of both sizes
    /// @throws InvalidFreeException    if the address is not a live block's own
    /// @throws OutOfOffHeapMemoryError for want of memory; the old block is untouched
    public long realloc(long address, long newByteSize) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & ThreadHandles.COUNT - 1];
        if (handle.directId() == id && address != 0 && newByteSize >= 0) {
            final long moved = handle.arena.realloc(address, newByteSize);
            if (moved != 0) {
                return moved;
            }
        }
        return slow.realloc(own(), address, newByteSize);
    }

    /// Frees a block. Any thread may.
    ///
    /// Double, interior, foreign and never allocated addresses are refused. Of two threads that free one block at the
    /// same moment both may pass unseen; [Checks#FULL] makes that exact.
    /// @param address of a live block; 0 is a no-op
    /// @throws InvalidFreeException if it is not a live block's own address; nothing has changed
    public void free(long address) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & ThreadHandles.COUNT - 1];
        if (handle.directId() == id) {
            handle.arena.free(address);
        } else {
            slow.free(address);
        }
    }

    /// {@return the bytes usable at a live block's address, at least what was asked for}
    /// @param address of a live block
    /// @throws InvalidFreeException if it is not a live block's own address
    public long usableSize(long address) {
        return slow.usableSize(address);
    }

    /// {@return whether this is a live block's own address}
    /// @param address any
    public boolean owns(long address) {
        return slow.owns(address);
    }

    /// Allocates a segment of exactly these bounds, zeroed. Its scope is the global one: it ends by
    /// [#free(MemorySegment)].
    /// @param byteSize      bytes wanted
    /// @param byteAlignment a power of two, up to 1 GiB
    /// @return the segment
    /// @throws IllegalArgumentException if the alignment is not such, or the size is negative
    /// @throws OutOfOffHeapMemoryError  for want of memory
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return RawMemory.segment(allocateZeroed(byteSize, byteAlignment), byteSize);
    }

    long allocateZeroed(long byteSize, long byteAlignment) {
        return SlowPath.isFundamental(byteAlignment)
                ? calloc(1, byteSize)
                : slow.allocateZeroed(byteSize, byteAlignment);
    }

    /// Frees the block that a segment starts at.
    /// @param segment what [#allocate] returned, or a view that starts where it does
    /// @throws InvalidFreeException if it is on the heap, or does not start at a live block's own address
    public void free(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new InvalidFreeException(0, "a segment on the heap is no block of this allocator");
        }
        free(segment.address());
    }

    /// Allocates a direct buffer of exactly this capacity, at position 0, big-endian, contents undefined. The garbage
    /// collector does not free it: [#free(ByteBuffer)] does.
    /// @param capacity bytes wanted
    /// @return the buffer
    /// @throws IllegalArgumentException if the capacity is negative
    /// @throws OutOfOffHeapMemoryError  for want of memory, or when a buffer cannot be so large
    public ByteBuffer allocateBuffer(int capacity) {
        if (capacity > MAX_BUFFER_BYTES) {
            throw new OutOfOffHeapMemoryError("a buffer can have at most " + MAX_BUFFER_BYTES + " bytes");
        }
        return RawMemory.segment(malloc(capacity), capacity).asByteBuffer();
    }

    /// Frees the block that a buffer starts at; also for a slice or a duplicate that starts there, at any position.
    /// @param buffer a direct buffer from here
    /// @throws InvalidFreeException if it is on the heap, or does not start at a live block's own address
    public void free(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new InvalidFreeException(0, "a buffer on the heap is no block of this allocator");
        }
        free(MemorySegment.ofBuffer(buffer).address() - buffer.position());
    }

    /// {@return a new confined arena of the JDK's kind whose segments come from here}
    public java.lang.foreign.Arena newArena() {
        lifecycle.requireOpen();
        return new ConfinedAllocatorArena(this);
    }

    /// {@return a new shared arena of the JDK's kind whose segments come from here}
    public java.lang.foreign.Arena newSharedArena() {
        lifecycle.requireOpen();
        return new SharedAllocatorArena(this);
    }

    /// {@return the calling thread's own handle: malloc, free and the others without the lookup}
    public LocalArena localArena() {
        lifecycle.requireOpen();
        return threads.own();
    }

    /// Allocates by a policy of its own. It costs more than [#malloc(long)]: for large or lasting blocks.
    /// @param byteSize bytes wanted
    /// @param policy   for this block
    /// @return the address
    /// @throws IllegalArgumentException if the size is negative, or the policy names a node that is not there
    /// @throws OutOfOffHeapMemoryError  for want of memory where the policy allows it to come from
    public long malloc(long byteSize, NumaPolicy policy) {
        return slow.malloc(byteSize, policy);
    }

    /// Lets the calling thread allocate by a policy of its own until the scope is closed.
    ///
    /// Cost: what the thread's arena keeps goes back to its zones, at the start and at the end.
    /// @param policy from now on
    /// @return the scope, to be closed by this thread
    /// @throws IllegalArgumentException if the policy names a node that is not there
    public PolicyScope withPolicy(NumaPolicy policy) {
        lifecycle.requireOpen();
        pool.map().require(policy);
        LocalArena handle = own();
        NumaPolicy before = threads.policyOf(handle);
        PolicyScope scope = new PolicyScope(threads, policy, before);
        threads.use(handle, policy);
        return scope;
    }

    /// Moves a block to a node: all OS pages that it touches, so that neighbours in the same page move with it. Where
    /// blocks are allocated and whose memory this one is when it is freed does not change.
    ///
    /// Costs system calls in proportion to the block.
    /// @param address of a live block
    /// @param node    the kernel's id
    /// @return how many bytes of its OS pages lie on that node now
    /// @throws InvalidFreeException     if it is not a live block's own address
    /// @throws IllegalArgumentException if the allocator uses no such node
    /// @throws dev.quarry.numa.NativeMemoryException if the system refuses
    public long migrate(long address, int node) {
        long byteSize = usableSize(address);
        return new NodeBalance(space).migrate(address, byteSize, node);
    }

    /// Moves the pages of free spans that lie on another node than their zone's back to it, on each node where more
    /// than a sixteenth does. Pages come to lie elsewhere when their node was full at their first touch.
    ///
    /// Costs system calls in proportion to the dirty spans. Live blocks stay where they are: see [#migrate].
    /// @return how many bytes were moved
    public long rebalance() {
        lifecycle.requireOpen();
        return new NodeBalance(space).rebalance();
    }

    /// Asks the system where the OS pages of live memory really lie, by a sample.
    ///
    /// Costs a system call for each page of the sample, and a walk over all spans.
    /// @param pagesANode about how many pages of each node
    /// @return one line a node, by ascending node
    /// @throws dev.quarry.numa.NativeMemoryException if the system does not tell
    public List<NodePlacement> samplePlacement(int pagesANode) {
        lifecycle.requireOpen();
        if (pagesANode < 1) {
            throw new IllegalArgumentException("a sample has at least one page, not " + pagesANode);
        }
        return new NodeBalance(space).sample(pagesANode);
    }

    /// {@return the usable bytes of a block for which so many are asked, as [#usableSize] would say} Allocates nothing.
    /// @param byteSize bytes wanted
    /// @throws IllegalArgumentException if the size is negative
    public long goodSize(long byteSize) {
        SlowPath.requireSize(byteSize);
        return byteSize < config.directThresholdBytes()
                ? SizeClasses.roundUp(byteSize)
                : SizeClasses.roundToPage(byteSize);
    }

    /// Lets an adapter keep blocks for reuse, which the statistics then count as lookaside. They are told of when they
    /// are [counted][BlockCache#count], and asked back by [#trim].
    /// @param cache of this allocator's blocks, for as long as the allocator lives
    /// @return whether blocks may be kept; not where freed memory is to be checked ([Checks#CANARY] and above), which
    ///     sees only blocks that come back
    public boolean register(BlockCache cache) {
        boolean mayKeep = config.checks().compareTo(Checks.CANARY) < 0;
        if (mayKeep) {
            caches.add(cache);
        }
        return mayKeep;
    }

    /// {@return the hard limit of committed memory, in bytes}
    public long limitBytes() {
        return config.limitBytes();
    }

    /// Registers something that can give up blocks when memory is short.
    /// @param shrinker asked as [Shrinker] says
    /// @return takes it away again
    public Registration register(Shrinker shrinker) {
        return shrinkers.add(shrinker);
    }

    /// Sets who decides on calls for which there is no memory, with `quarry.exhaustion=callback`.
    /// @param handler in the place of the one before; null for none
    public void onExhaustion(@Nullable ExhaustionHandler handler) {
        exhaustion.handleBy(handler);
    }

    /// Makes the process small and quiet, for a checkpoint of it: gives back all that can be given back, and stops the
    /// maintenance until the hook is closed. Calls work meanwhile, and what they free stays until then.
    ///
    /// `try (Registration quiet = allocator.quiesce()) { checkpoint(); }`
    /// @return starts the maintenance again
    public Registration quiesce() {
        lifecycle.requireOpen();
        boolean runs = config.maintenance() == MaintenanceMode.THREAD;
        if (runs) {
            maintenance.quiesce();
        }
        trim();
        AtomicBoolean isQuiet = new AtomicBoolean(runs);
        return () -> {
            if (isQuiet.getAndSet(false)) {
                maintenance.resume();
            }
        };
    }

    /// {@return how short memory is around this process, as of the last reading} [Pressure#NORMAL] where
    /// `quarry.pressure` is false, and with [MaintenanceMode#INLINE] but for what [#maintain] has seen. An allocator
    /// and its children have one level.
    public Pressure pressure() {
        return pressure.monitor().level();
    }

    /// Lets a listener know when memory gets short and when it is plenty again.
    /// @param listener called from the thread that runs the maintenance
    /// @return what ends it; it need not be closed before the allocator
    public Registration onPressure(PressureListener listener) {
        lifecycle.requireOpen();
        return pressure.monitor().listeners().add(listener, lifecycle::isClosed);
    }

    /// {@return one consistent snapshot, exact when the allocator rests} Children are included, and so are the mallocs
    /// and frees of those that are closed; what a close freed counts as freed.
    public AllocatorStats stats() {
        lifecycle.requireOpen();
        Family relatives = lifecycle.family();
        return relatives == null ? census() : relatives.stats();
    }

    /// {@return the same of this allocator alone, without its children}
    public AllocatorStats ownStats() {
        lifecycle.requireOpen();
        Family relatives = lifecycle.family();
        return relatives == null ? census() : relatives.ownStats();
    }

    /// {@return bytes of this allocator and its children, metadata included, that the system holds in memory now} Costs
    /// system calls, more of them the more was ever committed.
    public long residentBytes() {
        lifecycle.requireOpen();
        Family relatives = lifecycle.family();
        return space.residentBytes() + (relatives == null ? 0 : relatives.childrensResidentBytes());
    }

    /// {@return the text report, as docs/stats.md explains it}
    public String report() {
        Family relatives = lifecycle.family();
        String shortage = ShortageSection.text(space, pool, shrinkers, maintenance);
        return new Report(config, space, pool, pressure.monitor(), shortage, knownResidentBytes()).text(stats())
                + (relatives == null ? "" : FamilyReport.text(relatives));
    }

    private long knownResidentBytes() {
        try {
            return residentBytes();
        } catch (NativeMemoryException refused) {
            return NativeMemory.UNKNOWN;
        }
    }

    /// {@return the same state in the words and columns of one of the Linux kernel's files} Costs a walk, as [#stats].
    /// @param view which file
    public String view(KernelView view) {
        return view.text(stats());
    }

    /// Gives back all that can be given back, now: what registered caches, the calling thread's arena, the stripes, the
    /// carriers of virtual threads and the arenas of ended and waiting threads keep, and every free page; the same for
    /// children. The arenas of platform threads that run keep theirs.
    public void trim() {
        StackReserve.ensureForArena();
        lifecycle.enterOpen();
        try {
            slow.trim();
            Family relatives = lifecycle.family();
            if (relatives != null) {
                relatives.trimChildren();
            }
        } finally {
            lifecycle.leave();
        }
    }

    /// Walks everything, children as well. To be called while no other call is under way.
    /// @throws IllegalStateException naming the first broken invariant
    public void verify() {
        lifecycle.requireOpen();
        Family relatives = lifecycle.family();
        if (relatives != null) {
            relatives.verify();
            return;
        }
        verifySelf();
        AllocatorStats stats = census();
        if (!stats.identityHolds()) {
            throw new IllegalStateException("the buckets do not add up to the committed bytes: " + stats);
        }
    }

    /// Closes the children, then releases everything: what is still live is treated as `quarry.close` says. Later
    /// mallocs throw; later frees are counted and ignored. Idempotent; a second caller waits for the first.
    ///
    /// The address space stays mapped and is kept for the next allocator, so that a stale address never crashes the
    /// JVM.
    /// @throws IllegalStateException if blocks are live here or in a child that refuses to be closed then; all stay
    /// open
    @Override
    public void close() {
        family().close();
    }

    boolean isClosed() {
        return lifecycle.isClosed();
    }

    void requireOpen() {
        lifecycle.requireOpen();
    }

    AllocatorConfig config() {
        return config;
    }

    /// {@return this one's place in a tree, of which it is the root if it was alone}
    Family family() {
        return lifecycle.joinFamily(this, null);
    }

    /// {@return one walk over this allocator; its committed bytes include the children's}
    AllocatorStats census() {
        lifecycle.enterOpen();
        try {
            return caches.apply(pool::stats);
        } finally {
            lifecycle.leave();
        }
    }

    int maintainSelf() {
        caches.sweep();
        space.errors().logDue();
        int relieved = reclaimer.background();
        live.tick();
        long nowNs = space.os().nanoTime();
        int worked = relieved + pool.tick(nowNs, pressure.respond(nowNs));
        Collapser collapser = space.collapser();
        return collapser == null || pressure.monitor().level() != Pressure.NORMAL ? worked : worked + collapser.round();
    }

    /// {@return its place in the JVM's own tools}
    JvmTools tools() {
        return tools;
    }

    /// For a relative in need, or with it: no thread gets an arena for that.
    void trimSelf() {
        slow.trimForRelative();
    }

    /// Free pages only.
    void trimPages() {
        for (Zone zone : space.zones()) {
            zone.trim();
        }
    }

    void verifySelf() {
        pool.verify();
    }

    /// Only the root's: children have the same one.
    void stopMaintenance() {
        if (isRoot) {
            maintenance.stop();
        }
        tools.close();
    }

    void closeSelf() {
        if (lifecycle.close()) {
            live.close();
            boolean isQuiescent = pool.close(Thread.currentThread());
            space.close(isQuiescent && !lifecycle.hasVisitors());
        }
    }

    /// Walks everything and tells what stack overflows have cost.
    /// @return slots lost so far
    int verifyAndCountLost() {
        verify();
        return pool.verify();
    }

    /// {@return where the live file is, for tests; null where there is none}
    @Nullable
    Path livePath() {
        return live.path();
    }

    /// Brings the live file up to date, for tests.
    void tickLive() {
        live.tick();
    }

    /// {@return the pool, for tests}
    ArenaPool pool() {
        return pool;
    }

    /// {@return who watches how short memory is}
    PressureMonitor pressureMonitor() {
        return pressure.monitor();
    }

    /// {@return the space, for tests and the report}
    Space space() {
        return space;
    }

    /// One step of the maintenance that the application runs itself ([MaintenanceMode#EXTERNAL]).
    /// @return how much was done
    public int maintain() {
        if (lifecycle.isClosed()) {
            return 0;
        }
        tools.look();
        // Before the first of the locks: where the stack ends while one is held, there must be room to let it go.
        StackReserve.ensureForArena();
        if (!lifecycle.enter()) {
            return 0;
        }
        try {
            Family relatives = lifecycle.family();
            return maintainSelf() + (relatives == null ? 0 : relatives.maintainChildren());
        } finally {
            lifecycle.leave();
        }
    }

    /// The maintenance thread's rounds.
    private final class Rounds implements Maintenance.Rounds {
        @Override
        public void run() {
            maintain();
        }

        @Override
        public boolean isAtRest() {
            Family relatives = lifecycle.family();
            return caches.isEmpty()
                    && pool.isAtRest()
                    && (relatives == null || relatives.children().isEmpty());
        }
    }

    private LocalArena own() {
        return threads.of(Thread.currentThread());
    }

    /// Made on first use, by the class loader's own lock.
    private static final class SystemHolder {
        static final OffHeapAllocator INSTANCE = create(AllocatorConfig.fromSystemProperties());
    }
}
