// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.Arena;
import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.arena.FreeChecks;
import dev.quarry.internal.arena.NodeBalance;
import dev.quarry.internal.arena.Stripe;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.StackReserve;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.Topology;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// malloc and free for the JVM.
///
/// Addresses are plain `long`s of native memory, aligned to 16. Any thread may allocate, and any thread may free what
/// any other has allocated. A platform thread gets an arena of its own with its first call; virtual threads share.
///
/// *Errors.* Negative sizes, and alignments that are no power of two, are [IllegalArgumentException]s; want of memory
/// is
/// an [OutOfOffHeapMemoryError]; a bad free is an [InvalidFreeException]. When an exception leaves, nothing has
/// changed.
///
/// *Cost.* In steady state malloc and free of up to 32 KiB take no lock, make no garbage and enter no kernel.
///
/// Thread-safe.
public final class OffHeapAllocator implements AutoCloseable {
    /// Largest alignment.
    private static final long MAX_ALIGNMENT = 1L << 30;

    private static final int MAX_BUFFER_BYTES = Integer.MAX_VALUE - 8;
    private static final int HANDLES = 1 << 10;

    private final AllocatorConfig config;
    private final Space space;
    private final ArenaPool pool;
    private final FreeChecks checks;
    private final BlockCaches caches = new BlockCaches();
    private final Maintenance maintenance;
    private final LocalArena[] handles = new LocalArena[HANDLES];
    private final LocalArena stripes;

    /// Per allocator, not static: its values end with their threads, and with the allocator.
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<LocalArena> local = new ThreadLocal<>();

    /// The policies of threads without an arena of their own, inside of [#withPolicy].
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<NumaPolicy> scoped = new ThreadLocal<>();

    /// Whether [#scoped] has ever been set: until then nobody need look.
    private volatile boolean hasScopes;

    private final AtomicBoolean closed = new AtomicBoolean();

    OffHeapAllocator(AllocatorConfig config, NativeMemory os, Topology topology) {
        this.config = config;
        this.space = new Space(os, config, StartUp.nodes(config, topology));
        this.pool = new ArenaPool(space, topology);
        this.checks = new FreeChecks(space);
        pool.onShortage(this::mallocSlow);
        this.stripes = new LocalArena(this, Thread.currentThread(), null);
        Arrays.fill(handles, stripes);
        space.place();
        this.maintenance = Maintenance.start(config, this::maintain);
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

    /// Allocates.
    /// @param byteSize bytes wanted; 0 gives an address of its own that must be freed like any other
    /// @return the address; the contents are undefined
    /// @throws IllegalArgumentException if the size is negative
    /// @throws OutOfOffHeapMemoryError  for want of memory
    /// @throws IllegalStateException    if the allocator is closed
    public long malloc(long byteSize) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & HANDLES - 1];
        return handle.directId() == id ? handle.arena.malloc(byteSize) : mallocSlow(byteSize);
    }

    /// Allocates, or says that there is no memory.
    /// @param byteSize bytes wanted
    /// @return the address; 0 where [#malloc] would throw for want of memory
    /// @throws IllegalArgumentException if the size is negative
    public long tryMalloc(long byteSize) {
        return tryMallocSlow(handleOf(Thread.currentThread()), byteSize);
    }

    /// Allocates zeroed memory. What is known to be zero already is not zeroed again.
    /// @param count           elements
    /// @param elementByteSize bytes of each
    /// @return the address
    /// @throws IllegalArgumentException if either is negative or the product overflows
    /// @throws OutOfOffHeapMemoryError  for want of memory
    public long calloc(long count, long elementByteSize) {
        return calloc(handleOf(Thread.currentThread()), count, elementByteSize);
    }

    /// Allocates with an alignment.
    /// @param byteAlignment a power of two, up to 1 GiB
    /// @param byteSize      bytes wanted
    /// @return the address, a multiple of the alignment
    /// @throws IllegalArgumentException if the alignment is not such, or the size is negative
    /// @throws OutOfOffHeapMemoryError  for want of memory
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return alignedAlloc(handleOf(Thread.currentThread()), byteAlignment, byteSize);
    }

    /// Changes a block's size: in place where it can, else the block moves; huge ones by remapping, not by copying.
    /// @param address     of a live block; 0 makes this a malloc
    /// @param newByteSize bytes wanted
    /// @return the block's address now; its contents are kept up to the smaller of both sizes
    /// @throws InvalidFreeException    if the address is not a live block's own
    /// @throws OutOfOffHeapMemoryError for want of memory; the old block is untouched
    public long realloc(long address, long newByteSize) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & HANDLES - 1];
        if (handle.directId() == id && address != 0 && newByteSize >= 0) {
            final long moved = handle.arena.realloc(address, newByteSize);
            if (moved != 0) {
                return moved;
            }
        }
        return realloc(handleOf(Thread.currentThread()), address, newByteSize);
    }

    /// Frees a block. Any thread may.
    ///
    /// Double, interior, foreign and never allocated addresses are refused. Of two threads that free one block at the
    /// same moment both may pass unseen; [Checks#FULL] makes that exact.
    /// @param address of a live block; 0 is a no-op
    /// @throws InvalidFreeException if it is not a live block's own address; nothing has changed
    public void free(long address) {
        final long id = Thread.currentThread().threadId();
        final LocalArena handle = handles[(int) id & HANDLES - 1];
        if (handle.directId() == id) {
            handle.arena.free(address);
        } else {
            freeSlow(handleOf(Thread.currentThread()), address);
        }
    }

    /// {@return the bytes usable at a live block's address, at least what was asked for}
    /// @param address of a live block
    /// @throws InvalidFreeException if it is not a live block's own address
    public long usableSize(long address) {
        requireOpen();
        return checks.usableSize(address);
    }

    /// {@return whether this is a live block's own address}
    /// @param address any
    public boolean owns(long address) {
        return !closed.get() && checks.owns(address);
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
        requireOpen();
        return new AllocatorArena(this, java.lang.foreign.Arena.ofConfined());
    }

    /// {@return a new shared arena of the JDK's kind whose segments come from here}
    public java.lang.foreign.Arena newSharedArena() {
        requireOpen();
        return new AllocatorArena(this, java.lang.foreign.Arena.ofShared());
    }

    /// {@return the calling thread's own handle: malloc, free and the others without the lookup}
    public LocalArena localArena() {
        requireOpen();
        Thread thread = Thread.currentThread();
        LocalArena handle = handleOf(thread);
        return handle == stripes ? new LocalArena(this, thread, null) : handle;
    }

    /// Allocates by a policy of its own. It costs more than [#malloc(long)]: for large or lasting blocks.
    /// @param byteSize bytes wanted
    /// @param policy   for this block
    /// @return the address
    /// @throws IllegalArgumentException if the size is negative, or the policy names a node that is not there
    /// @throws OutOfOffHeapMemoryError  for want of memory where the policy allows it to come from
    public long malloc(long byteSize, NumaPolicy policy) {
        requireSize(byteSize);
        pool.map().require(policy);
        LocalArena handle = handleOf(Thread.currentThread());
        long address = attempt(handle, policy, Operation.MALLOC, 0, byteSize);
        if (address == 0) {
            throw exhausted(byteSize, policy);
        }
        return address;
    }

    /// Lets the calling thread allocate by a policy of its own until the scope is closed.
    ///
    /// Cost: what the thread's arena keeps goes back to its zones, at the start and at the end.
    /// @param policy from now on
    /// @return the scope, to be closed by this thread
    /// @throws IllegalArgumentException if the policy names a node that is not there
    public PolicyScope withPolicy(NumaPolicy policy) {
        requireOpen();
        pool.map().require(policy);
        LocalArena handle = handleOf(Thread.currentThread());
        NumaPolicy before = policyOf(handle);
        PolicyScope scope = new PolicyScope(this, policy, before);
        use(handle, policy);
        return scope;
    }

    /// Ends a scope.
    void leave(NumaPolicy policy, NumaPolicy before) {
        if (closed.get()) {
            return;
        }
        LocalArena handle = handleOf(Thread.currentThread());
        if (!policyOf(handle).equals(policy)) {
            throw new IllegalStateException(
                    "a scope that was opened inside is still open: " + policyOf(handle) + " inside of " + policy);
        }
        use(handle, before);
    }

    private NumaPolicy policyOf(LocalArena handle) {
        if (handle.isDirect()) {
            return handle.arena.policy();
        }
        NumaPolicy policy = hasScopes ? scoped.get() : null;
        return policy == null ? config.numaPolicy() : policy;
    }

    private void use(LocalArena handle, NumaPolicy policy) {
        if (handle.isDirect()) {
            handle.arena.use(policy);
        } else if (policy.equals(config.numaPolicy())) {
            scoped.remove();
        } else {
            hasScopes = true;
            scoped.set(policy);
        }
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
    /// than
    /// a sixteenth does. Pages come to lie elsewhere when their node was full at their first touch.
    ///
    /// Costs system calls in proportion to the dirty spans. Live blocks stay where they are: see [#migrate].
    /// @return how many bytes were moved
    public long rebalance() {
        requireOpen();
        return new NodeBalance(space).rebalance();
    }

    /// Asks the system where the OS pages of live memory really lie, by a sample.
    ///
    /// Costs a system call for each page of the sample, and a walk over all spans.
    /// @param pagesANode about how many pages of each node
    /// @return one line a node, by ascending node
    /// @throws dev.quarry.numa.NativeMemoryException if the system does not tell
    public List<NodePlacement> samplePlacement(int pagesANode) {
        requireOpen();
        if (pagesANode < 1) {
            throw new IllegalArgumentException("a sample has at least one page, not " + pagesANode);
        }
        return new NodeBalance(space).sample(pagesANode);
    }

    /// {@return the usable bytes of a block for which so many are asked, as [#usableSize] would say} Allocates nothing.
    /// @param byteSize bytes wanted
    /// @throws IllegalArgumentException if the size is negative
    public long goodSize(long byteSize) {
        requireSize(byteSize);
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

    /// {@return one consistent snapshot; exact when the allocator rests}
    public AllocatorStats stats() {
        requireOpen();
        return caches.apply(pool.stats());
    }

    /// {@return bytes of this allocator, metadata included, that the system holds in memory now} Costs system calls,
    /// more
    /// of them the more was ever committed.
    public long residentBytes() {
        requireOpen();
        return space.residentBytes();
    }

    /// {@return the text report, as docs/stats.md explains it}
    public String report() {
        return new Report(config, space, pool).text(caches.apply(pool.stats()));
    }

    /// Gives back all that can be given back, now: what the calling thread's arena, the stripes and ended threads'
    /// arenas
    /// keep, and every free page. Other threads' arenas keep theirs.
    public void trim() {
        requireOpen();
        caches.reclaim();
        LocalArena handle = handleOf(Thread.currentThread());
        if (handle.isDirect()) {
            handle.arena.trim();
        }
        pool.trim();
    }

    /// Walks everything. To be called while no other call is under way.
    /// @throws IllegalStateException naming the first broken invariant
    public void verify() {
        requireOpen();
        pool.verify();
        AllocatorStats stats = caches.apply(pool.stats());
        if (!stats.identityHolds()) {
            throw new IllegalStateException("the buckets do not add up to the committed bytes: " + stats);
        }
    }

    /// Releases everything. Later mallocs throw; later frees are counted and ignored. Idempotent.
    ///
    /// The address space stays mapped and is kept for the next allocator, so that a stale address never crashes the
    /// JVM.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            maintenance.stop();
            space.close(pool.close(Thread.currentThread()));
        }
    }

    /// Walks everything and tells what stack overflows have cost.
    /// @return slots lost so far
    int verifyAndCountLost() {
        verify();
        return pool.verify();
    }

    /// {@return the pool, for tests}
    ArenaPool pool() {
        return pool;
    }

    /// {@return the space, for tests and the report}
    Space space() {
        return space;
    }

    /// One step of the maintenance that the application runs itself ([MaintenanceMode#EXTERNAL]).
    /// @return how much was done
    public int maintain() {
        if (closed.get()) {
            return 0;
        }
        caches.sweep();
        return pool.tick(space.os().nanoTime(), config.purgeDelayNs());
    }

    private long mallocSlow(long byteSize) {
        return mallocSlow(handleOf(Thread.currentThread()), byteSize);
    }

    long mallocSlow(LocalArena handle, long byteSize) {
        return orExhausted(tryMallocSlow(handle, byteSize), byteSize);
    }

    long tryMallocSlow(LocalArena handle, long byteSize) {
        requireSize(byteSize);
        return attempt(handle, null, Operation.MALLOC, 0, byteSize);
    }

    long calloc(LocalArena handle, long count, long elementByteSize) {
        requireSize(count);
        requireSize(elementByteSize);
        if (Math.multiplyHigh(count, elementByteSize) != 0 || count * elementByteSize < 0) {
            throw new IllegalArgumentException(count + " elements of " + elementByteSize + " bytes overflow");
        }
        long byteSize = count * elementByteSize;
        return orExhausted(attempt(handle, null, Operation.CALLOC, 0, byteSize), byteSize);
    }

    long alignedAlloc(LocalArena handle, long byteAlignment, long byteSize) {
        requireAlignment(byteAlignment);
        requireSize(byteSize);
        return orExhausted(attempt(handle, null, Operation.ALIGNED, byteAlignment, byteSize), byteSize);
    }

    long realloc(LocalArena handle, long address, long newByteSize) {
        requireSize(newByteSize);
        if (address == 0) {
            return mallocSlow(handle, newByteSize);
        }
        return orExhausted(attempt(handle, null, Operation.REALLOC, address, newByteSize), newByteSize);
    }

    long allocateZeroed(long byteSize, long byteAlignment) {
        requireAlignment(byteAlignment);
        requireSize(byteSize);
        LocalArena handle = handleOf(Thread.currentThread());
        Operation operation = byteAlignment <= 16 ? Operation.CALLOC : Operation.ALIGNED_ZEROED;
        return orExhausted(attempt(handle, null, operation, byteAlignment, byteSize), byteSize);
    }

    void freeSlow(LocalArena handle, long address) {
        if (address == 0) {
            return;
        }
        if (closed.get()) {
            space.lateFrees().incrementAndGet();
            return;
        }
        if (handle.isDirect()) {
            handle.arena.free(address);
            return;
        }
        Stripe stripe = pool.lockStripe();
        if (stripe == null) {
            throw exhausted(0, config.numaPolicy());
        }
        try {
            stripe.arena().free(address);
        } finally {
            stripe.unlock();
        }
    }

    /// Removes a handle whose thread has ended.
    void forget(LocalArena handle, Thread owner) {
        int index = (int) owner.threadId() & HANDLES - 1;
        if (handles[index] == handle) {
            handles[index] = stripes;
        }
    }

    /// Tries; reclaims once; tries again. That is all: no loop, no waiting, no garbage collection.
    private long attempt(
            LocalArena handle, @Nullable NumaPolicy policy, Operation operation, long argument, long byteSize) {
        requireOpen();
        long address = once(handle, policy, operation, argument, byteSize);
        if (address == 0 && byteSize <= config.limitBytes()) {
            requireOpen();
            reclaim(handle);
            address = once(handle, policy, operation, argument, byteSize);
        }
        return address;
    }

    private long once(
            LocalArena handle, @Nullable NumaPolicy policy, Operation operation, long argument, long byteSize) {
        if (handle.isDirect() && (policy == null || policy.equals(handle.arena.policy()))) {
            return operation.run(handle.arena, argument, byteSize);
        }
        Stripe stripe = policy == null && !hasScopes
                ? pool.lockStripe()
                : pool.lockStripe(policy == null ? policyOf(handle) : policy);
        if (stripe == null) {
            return 0;
        }
        try {
            return operation.run(stripe.arena(), argument, byteSize);
        } finally {
            stripe.unlock();
        }
    }

    private void reclaim(LocalArena handle) {
        if (handle.isDirect()) {
            handle.arena.trim();
        }
        pool.trim();
    }

    private LocalArena handleOf(Thread thread) {
        if (thread.isVirtual() || closed.get()) {
            return stripes;
        }
        LocalArena handle = local.get();
        if (handle == null) {
            handle = register(thread);
            local.set(handle);
        }
        if (handle.awake().isDirect()) {
            handles[(int) thread.threadId() & HANDLES - 1] = handle;
        }
        return handle;
    }

    private LocalArena register(Thread thread) {
        StackReserve.ensureForArena();
        Arena arena = pool.acquire();
        LocalArena handle = new LocalArena(this, thread, arena);
        if (arena != null) {
            pool.bind(new ThreadBinding(this, thread, handle));
        }
        return handle;
    }

    /// Binds a thread that was idle to an arena again.
    /// @return whether it has one now
    boolean rebind(LocalArena handle, Thread thread) {
        if (closed.get()) {
            return false;
        }
        StackReserve.ensureForArena();
        return pool.rebind(new ThreadBinding(this, thread, handle));
    }

    private long orExhausted(long address, long byteSize) {
        if (address == 0) {
            throw exhausted(byteSize, policyOf(handleOf(Thread.currentThread())));
        }
        return address;
    }

    private OutOfOffHeapMemoryError exhausted(long byteSize, NumaPolicy policy) {
        requireOpen();
        return new OutOfOffHeapMemoryError(
                Exhaustion.describe(config, space, caches.apply(pool.stats()), byteSize, policy));
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the allocator " + config.name() + " is closed");
        }
    }

    private static void requireSize(long byteSize) {
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

    /// Made on first use, by the class loader's own lock.
    private static final class SystemHolder {
        static final OffHeapAllocator INSTANCE = create(AllocatorConfig.fromSystemProperties());
    }
}
