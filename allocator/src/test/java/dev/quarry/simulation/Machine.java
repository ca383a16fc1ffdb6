// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import dev.quarry.AllocatorConfig;
import dev.quarry.Checks;
import dev.quarry.JmxMode;
import dev.quarry.MaintenanceMode;
import dev.quarry.MemoryLock;
import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedBacking;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.time.Duration;
import java.util.SplittableRandom;

/// The machine of one program, what fails on it now, and how the allocator on it is configured.
final class Machine {
    /// Address space of an allocator on each node.
    static final String RESERVE = "64m";

    private static final long NODE_BYTES = 1L << 30;
    private static final int CPUS_A_NODE = 2;

    /// Calls that may fail while a program runs, and in what way.
    private static final OsCall[] CALLS = {
        OsCall.COMMIT,
        OsCall.COMMIT,
        OsCall.PURGE,
        OsCall.PURGE,
        OsCall.REMAP,
        OsCall.LOCK,
        OsCall.UNLOCK,
        OsCall.POPULATE,
        OsCall.FREE_BYTES
    };

    private static final Errno[] ERRNOS = {Errno.ENOMEM, Errno.EAGAIN, Errno.EINVAL, Errno.EPERM, Errno.EFAULT};

    private final SimulatedMemory memory;
    private final FaultInjectingMemory os;
    private final int nodes;
    private final AllocatorConfig config;
    private boolean isFailing;
    private boolean isFull;

    Machine(SplittableRandom random, SimulatedBacking backing) {
        this.nodes = random.nextInt(4) == 0 ? 2 : 1;
        this.memory = new SimulatedMemory(
                SimulatedMachine.builder()
                        .nodes(nodes, CPUS_A_NODE, NODE_BYTES)
                        .maxMappings(Integer.MAX_VALUE)
                        .canRemap(random.nextBoolean())
                        .canBind(random.nextInt(8) != 0)
                        .build(),
                backing);
        this.os = new FaultInjectingMemory(memory);
        this.config = config(random);
    }

    private static AllocatorConfig config(SplittableRandom random) {
        Checks[] levels = Checks.values();
        return AllocatorConfig.builder()
                .reserve(RESERVE)
                .limit(random.nextLong(2L << 20, 16L << 20))
                .commitGranule(1 << 16 + random.nextInt(3))
                .checks(random.nextBoolean() ? Checks.ON : levels[random.nextInt(levels.length)])
                .quarantineBytes(random.nextLong(64 << 10))
                .arenasMax(1 + random.nextInt(8))
                .arenasStripes(1 << random.nextInt(3))
                .directThreshold(64L << 10 + random.nextInt(4))
                .lookasideLimit(random.nextLong(4L << 20))
                // Most programs do not close their allocator, and its beans would stay.
                .jmx(JmxMode.OFF)
                .maintenance(random.nextInt(4) == 0 ? MaintenanceMode.INLINE : MaintenanceMode.EXTERNAL)
                .purgeDelay(random.nextInt(8) == 0 ? Duration.ZERO : Duration.ofSeconds(1 + random.nextInt(20)))
                .numaReclaim(random.nextBoolean())
                .lock(random.nextInt(8) == 0 ? MemoryLock.BEST_EFFORT : MemoryLock.OFF)
                .populate(random.nextInt(8) == 0)
                .build();
    }

    AllocatorConfig config() {
        return config;
    }

    SimulatedMemory memory() {
        return memory;
    }

    FaultInjectingMemory os() {
        return os;
    }

    /// {@return whether memory stays locked, and so is never given back}
    boolean keepsMemory() {
        return config.lock() != MemoryLock.OFF;
    }

    int nodes() {
        return nodes;
    }

    int cpus() {
        return nodes * CPUS_A_NODE;
    }

    /// {@return whether it may refuse memory although the allocator's limit is not reached}
    boolean mayRefuse() {
        return isFailing || isFull;
    }

    boolean isFailing() {
        return isFailing;
    }

    String failOnce(SplittableRandom random) {
        isFailing = true;
        OsCall call = CALLS[random.nextInt(CALLS.length)];
        Errno errno = ERRNOS[random.nextInt(ERRNOS.length)];
        int n = 1 + random.nextInt(8);
        os.failNth(call, n, errno);
        return "number " + n + " of " + call + " with " + errno;
    }

    String failAll(SplittableRandom random) {
        isFailing = true;
        Errno errno = ERRNOS[random.nextInt(ERRNOS.length)];
        int n = 1 + random.nextInt(8);
        os.failFrom(n, errno);
        return "all calls from number " + n + " with " + errno;
    }

    void recover() {
        isFailing = false;
        os.disarm();
    }

    void fillNode(int node, long leftBytes) {
        isFull = true;
        memory.setNodeBytes(node, memory.usedBytes(node) + leftBytes);
    }

    void emptyNodes() {
        isFull = false;
        for (int node = 0; node < nodes; node++) {
            memory.setNodeBytes(node, NODE_BYTES);
        }
    }

    @Override
    public String toString() {
        return nodes + " nodes, " + config;
    }
}
