// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import dev.quarry.AllocatorAccess;
import dev.quarry.AllocatorStats;
import dev.quarry.Checks;
import dev.quarry.InvalidFreeException;
import dev.quarry.NumaPolicy;
import dev.quarry.OffHeapAllocator;
import dev.quarry.Pressure;
import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedBacking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// One program: logical threads, a machine and an allocator on it, and a model of what must be true.
///
/// What each [Action] means stands here. After each of them the limit must hold; now and then, and at the end, every
/// block must be whole and every byte explained; and when all is freed and time has passed, all must be back.
final class Simulation {
    private static final int MIN_ACTIONS = 30;
    private static final int MAX_ACTIONS = 110;
    private static final int MAX_THREADS = 6;
    private static final int MAX_BURST = 40;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);

    /// Beyond this distance from the limit no rounding explains a refusal.
    private static final long ROUNDING_BYTES = 1 << 20;

    private final SplittableRandom random;
    private final Schedule schedule;
    private final Thread sleeper;
    private final Machine machine;
    private final Surroundings surroundings;
    private final OffHeapAllocator allocator;
    private final ArenaPool pool;
    private final Tenants tenants;
    private final List<LogicalThread> threads = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private int threadsStarted;
    private int blocksMade;

    /// @param sleeper a thread that waits in a native method
    Simulation(long seed, SimulatedBacking backing, Thread sleeper, Schedule schedule) {
        this.random = new SplittableRandom(seed);
        this.schedule = schedule;
        this.sleeper = sleeper;
        this.machine = new Machine(random, backing);
        this.surroundings = new Surroundings(random, machine.memory());
        this.allocator = AllocatorAccess.create(
                machine.config(), machine.os(), machine.memory().topology());
        this.pool = AllocatorAccess.pool(allocator);
        this.tenants = new Tenants(this, allocator, machine.config().limitBytes(), random, schedule);
        surroundings.tell(allocator);
        schedule.add(machine);
    }

    void run() {
        try {
            runAll();
        } catch (Throwable failure) {
            machine.recover();
            schedule.add(allocator.report());
            throw failure;
        }
    }

    private void runAll() {
        int actions = random.nextInt(MIN_ACTIONS, MAX_ACTIONS);
        for (int index = 0; index < actions; index++) {
            Action action = Action.any(random);
            schedule.add(index, action);
            action.run(this);
            requireLimit();
        }
        finish();
        if (random.nextInt(32) == 0) {
            schedule.add("close");
            allocator.close();
        }
        machine.memory().turnOff();
    }

    Tenants tenants() {
        return tenants;
    }

    // Threads.

    void start() {
        if (threads.size() < MAX_THREADS) {
            LogicalThread thread = new LogicalThread(++threadsStarted, pool, sleeper, random.nextInt(machine.cpus()));
            schedule.add("  starts", thread);
            machine.memory().runOn(thread.cpu());
            thread.start();
            require(thread.allocatesBy(machine.config().numaPolicy()), "starts without the policy of another");
            threads.add(thread);
        }
    }

    void end() {
        if (!threads.isEmpty()) {
            LogicalThread thread = threads.remove(random.nextInt(threads.size()));
            schedule.add("  ends", thread);
            thread.end();
        }
    }

    void sleep() {
        if (!threads.isEmpty()) {
            LogicalThread thread = threads.get(random.nextInt(threads.size()));
            schedule.add("  sleeps", thread);
            thread.sleep();
        }
    }

    void move() {
        if (!threads.isEmpty()) {
            threads.get(random.nextInt(threads.size())).moveTo(random.nextInt(machine.cpus()));
        }
    }

    void policy() {
        NumaPolicy policy = switch (random.nextInt(5)) {
            case 0 -> NumaPolicy.preferred(random.nextInt(machine.nodes()));
            case 1 -> NumaPolicy.bind(random.nextInt(machine.nodes())).strict();
            case 2 -> NumaPolicy.INTERLEAVE;
            default -> machine.config().numaPolicy();
        };
        LogicalThread thread = anyThread();
        schedule.add("  allocates by", policy, thread);
        thread.use(policy);
    }

    /// A thread that is awake now, on its cpu.
    private LogicalThread anyThread() {
        if (threads.isEmpty()) {
            start();
        }
        LogicalThread thread = threads.get(random.nextInt(threads.size()));
        machine.memory().runOn(thread.cpu());
        schedule.add("  by", thread);
        if (thread.wake()) {
            require(thread.allocatesBy(machine.config().numaPolicy()), "wakes without the policy of another");
        }
        return thread;
    }

    // Blocks.

    void malloc() {
        LogicalThread thread = anyThread();
        long byteSize = anySize();
        int count = 1 + random.nextInt(MAX_BURST);
        for (int index = 0; index < count; index++) {
            if (!keep(thread.malloc(byteSize), byteSize)) {
                return;
            }
        }
    }

    void calloc() {
        LogicalThread thread = anyThread();
        long byteSize = anySize();
        long address = thread.ask(arena -> arena.calloc(byteSize));
        if (address != 0) {
            Block.requireZero(address, byteSize);
        }
        keep(address, byteSize);
    }

    void aligned() {
        LogicalThread thread = anyThread();
        long byteSize = anySize();
        long byteAlignment = 1L << random.nextInt(17);
        long address = thread.ask(arena -> arena.alignedAlloc(byteAlignment, byteSize));
        require((address & byteAlignment - 1) == 0, "aligned to " + byteAlignment);
        if (byteAlignment < byteSize || address != 0) {
            keep(address, byteSize);
        }
    }

    void realloc() {
        if (blocks.isEmpty()) {
            return;
        }
        LogicalThread thread = anyThread();
        Block block = take();
        long byteSize = anySize();
        block.check();
        long address = thread.ask(arena -> arena.realloc(block.address(), byteSize));
        schedule.add("  ", block, "to", byteSize);
        if (address == 0) {
            block.check();
            blocks.add(block);
            requireReason(byteSize);
        } else {
            block.check(address, Math.min(block.byteSize(), byteSize));
            keep(address, byteSize);
        }
    }

    void free() {
        LogicalThread thread = anyThread();
        int count = Math.min(blocks.size(), 1 + random.nextInt(2 * MAX_BURST));
        for (int index = 0; index < count; index++) {
            free(thread, take());
        }
    }

    void freeTwice() {
        if (blocks.isEmpty() || machine.config().checks() == Checks.OFF) {
            return;
        }
        LogicalThread thread = anyThread();
        Block block = take();
        if (free(thread, block)) {
            try {
                thread.free(block.address());
                throw new AssertionError(block + " was freed twice");
            } catch (InvalidFreeException expected) {
                schedule.add("  refused");
            }
        }
    }

    void trim() {
        anyThread().trim();
    }

    void trimAll() {
        allocator.trim();
    }

    /// Mostly small, now and then up to 2 MiB.
    long anySize() {
        int choice = random.nextInt(100);
        int bits = choice < 70 ? random.nextInt(11) : choice < 95 ? random.nextInt(11, 17) : random.nextInt(17, 21);
        return random.nextLong(2L << bits);
    }

    private boolean keep(long address, long byteSize) {
        if (address == 0) {
            schedule.add("  refused", byteSize);
            requireReason(byteSize);
            return false;
        }
        require((address & 15) == 0, "aligned to 16");
        Block block = newBlock(address, byteSize);
        schedule.add("  gets", block);
        block.stamp();
        blocks.add(block);
        return true;
    }

    /// A block with a number of its own.
    Block newBlock(long address, long byteSize) {
        return new Block(++blocksMade, address, byteSize);
    }

    private Block take() {
        int index = random.nextInt(blocks.size());
        Block block = blocks.get(index);
        blocks.set(index, blocks.getLast());
        blocks.removeLast();
        return block;
    }

    private boolean free(LogicalThread thread, Block block) {
        block.check();
        boolean isFreed = thread.free(block.address());
        schedule.add("  frees", block);
        if (!isFreed) {
            blocks.add(block);
            requireReason(0);
        }
        return isFreed;
    }

    // Time.

    void tick() {
        allocator.maintain();
    }

    void passTime() {
        machine.memory().advanceClock(random.nextLong(machine.config().purgeDelayNs() / 4 + 1));
    }

    /// A machine that was suspended: what is due is done once, and not again.
    void jump() {
        machine.memory().advanceClock(HOUR_NS);
        allocator.maintain();
        long purges = machine.os().calls(OsCall.PURGE);
        // Where a zone is short of memory, each round reclaims as far as it gets; the second may get far enough.
        // So it is under severe pressure.
        boolean isShort = AllocatorAccess.isShort(allocator) || allocator.pressure() == Pressure.SEVERE;
        allocator.maintain();
        require(machine.isFailing() || isShort || machine.os().calls(OsCall.PURGE) == purges, "purged once");
    }

    // What goes on around.

    /// A level that is due is reached with the first reading, and all that is dirty then goes back at once.
    void press() {
        Pressure least = surroundings.change(random);
        machine.memory().advanceClock(SECOND_NS);
        allocator.maintain();
        Pressure level = allocator.pressure();
        schedule.add("  level", level);
        require(level.compareTo(least) >= 0, "a level of at least " + least + ", and not " + level);
        require(level == surroundings.told(), "told of " + level + ", and not of " + surroundings.told());
        if (level == Pressure.SEVERE && !machine.mayRefuse() && !machine.keepsMemory()) {
            requireEqual(0, allocator.stats().spanDirtyBytes(), "dirty under severe pressure");
        }
    }

    void relax() {
        surroundings.relax();
    }

    // The machine.

    void failOnce() {
        schedule.add("  ", machine.failOnce(random));
    }

    void failAll() {
        schedule.add("  ", machine.failAll(random));
    }

    void recover() {
        machine.recover();
    }

    void fillNode() {
        machine.fillNode(random.nextInt(machine.nodes()), random.nextLong(1 << 20));
    }

    void emptyNodes() {
        machine.emptyNodes();
    }

    // What must be true.

    void inspect() {
        blocks.forEach(Block::check);
        tenants.checkBlocks();
        allocator.verify();
        require(pool.verify() == 0, "no slot is lost");
        requireEqual(blocks.size() + tenants.liveBlocks(), allocator.stats().liveBlocks(), "live blocks");
    }

    private void requireLimit() {
        long committedBytes = AllocatorAccess.committedBytes(allocator);
        require(committedBytes <= machine.config().limitBytes(), "within the limit: " + committedBytes);
        tenants.requireLimits();
    }

    /// Memory is refused where there is a reason, and not because credit was lost.
    void requireReason(long byteSize) {
        long committedBytes = AllocatorAccess.committedBytes(allocator);
        boolean isNearLimit = isNear(machine.config().limitBytes(), committedBytes, byteSize);
        require(isNearLimit || machine.mayRefuse(), "refused without a reason: " + byteSize);
    }

    static boolean isNear(long limitBytes, long committedBytes, long byteSize) {
        return committedBytes + 2 * byteSize + ROUNDING_BYTES > limitBytes;
    }

    /// Frees all, lets all threads sleep or end, and ticks until the delay is over: then nothing is held but the
    /// records.
    private void finish() {
        schedule.add("finish");
        machine.recover();
        machine.emptyNodes();
        surroundings.relax();
        inspect();
        if (random.nextInt(4) == 0) {
            tenants.go();
        }
        tenants.freeAll();
        while (!blocks.isEmpty()) {
            int before = blocks.size();
            free();
            require(blocks.size() < before, "some thread can free");
        }
        for (LogicalThread thread : threads) {
            // Not for all: a change of policy empties the arena, and here the maintenance is to do that.
            if (!thread.allocatesBy(machine.config().numaPolicy())) {
                thread.use(machine.config().numaPolicy());
            }
            if (random.nextBoolean()) {
                thread.sleep();
            } else {
                thread.end();
            }
        }
        passDelay();
        inspect();
        requireNothingHeld();
    }

    private void requireNothingHeld() {
        AllocatorStats stats = allocator.stats();
        if (!machine.keepsMemory()) {
            requireEqual(stats.metadataBytes(), stats.heldBytes(), "held when the delay is over");
        }
        allocator.trim();
        inspect();
        stats = allocator.stats();
        requireEqual(0, stats.slabFreeBytes() + stats.lookasideBytes() + stats.quarantineBytes(), "kept at the end");
        if (!machine.keepsMemory()) {
            requireEqual(stats.metadataBytes(), stats.committedBytes(), "committed at the end");
        }
    }

    /// A quarter of the delay until threads and stripes count as idle, the same again for those to which they send home
    /// what is theirs, and then the delay; all have a least length.
    private void passDelay() {
        long delayNs =
                Math.max(machine.config().purgeDelayNs(), Duration.ofSeconds(4).toNanos());
        for (int tick = 0; tick < 32; tick++) {
            machine.memory().advanceClock(delayNs / 16);
            allocator.maintain();
            // The real thread, which serves in want of memory, runs all the time: nobody else may take what it keeps.
            AllocatorAccess.trimOwnArena(allocator);
            tenants.trimOwnArenas();
        }
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private static void requireEqual(long expected, long actual, String what) {
        if (expected != actual) {
            throw new AssertionError(what + ": " + actual + " in place of " + expected);
        }
    }
}
