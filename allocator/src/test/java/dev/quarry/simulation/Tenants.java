// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import dev.quarry.AllocatorAccess;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import dev.quarry.numa.NativeMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The children of a program's allocator, with the blocks that live in them. The real thread works for all of them.
final class Tenants {
    private static final int MOST = 2;
    private static final int MAX_BURST = 40;
    private static final long MIN_LIMIT_BYTES = 1 << 20;

    private final Simulation program;
    private final OffHeapAllocator parent;
    private final long parentsLimitBytes;
    private final SplittableRandom random;
    private final Schedule schedule;
    private final List<Tenant> tenants = new ArrayList<>();
    private int cameSoFar;

    Tenants(
            Simulation program,
            OffHeapAllocator parent,
            long parentsLimitBytes,
            SplittableRandom random,
            Schedule schedule) {
        this.program = program;
        this.parent = parent;
        this.parentsLimitBytes = parentsLimitBytes;
        this.random = random;
        this.schedule = schedule;
    }

    /// An allocator, its limit and its blocks.
    private record Tenant(OffHeapAllocator allocator, long limitBytes, List<Block> blocks) {
        long committedBytes() {
            return AllocatorAccess.committedBytes(allocator);
        }

        void freeAll() {
            for (Block block : blocks) {
                block.check();
                allocator.free(block.address());
            }
            blocks.clear();
        }

        @Override
        public String toString() {
            return allocator.name();
        }
    }

    private Tenant any() {
        return tenants.get(random.nextInt(tenants.size()));
    }

    void come() {
        if (tenants.size() == MOST) {
            return;
        }
        long limitBytes = random.nextLong(MIN_LIMIT_BYTES, parentsLimitBytes);
        String name = "tenant-" + ++cameSoFar;
        try {
            OffHeapAllocator child = parent.child(name, limitBytes, options -> options.reserve(Machine.RESERVE));
            tenants.add(new Tenant(child, limitBytes, new ArrayList<>()));
            schedule.add("  comes", name, "with", limitBytes);
        } catch (OutOfOffHeapMemoryError | NativeMemoryException refused) {
            schedule.add("  refused", name);
            program.requireReason(0);
        }
    }

    void malloc() {
        if (tenants.isEmpty()) {
            return;
        }
        Tenant tenant = any();
        long byteSize = program.anySize();
        int count = 1 + random.nextInt(MAX_BURST);
        for (int index = 0; index < count; index++) {
            long address = tenant.allocator().tryMalloc(byteSize);
            if (address == 0) {
                schedule.add("  refused", byteSize, "for", tenant);
                if (!Simulation.isNear(tenant.limitBytes(), tenant.committedBytes(), byteSize)) {
                    program.requireReason(byteSize);
                }
                return;
            }
            Block block = program.newBlock(address, byteSize);
            schedule.add("  gets", tenant, block);
            block.stamp();
            tenant.blocks().add(block);
        }
    }

    void free() {
        if (!tenants.isEmpty()) {
            Tenant tenant = any();
            schedule.add("  frees all of", tenant);
            tenant.freeAll();
        }
    }

    void freeAll() {
        tenants.forEach(Tenant::freeAll);
    }

    /// One is closed; its blocks, whole until then, are gone with it.
    void go() {
        if (!tenants.isEmpty()) {
            Tenant tenant = tenants.remove(random.nextInt(tenants.size()));
            schedule.add("  goes", tenant);
            tenant.blocks().forEach(Block::check);
            tenant.allocator().close();
        }
    }

    void checkBlocks() {
        tenants.forEach(tenant -> tenant.blocks().forEach(Block::check));
    }

    int liveBlocks() {
        return tenants.stream().mapToInt(tenant -> tenant.blocks().size()).sum();
    }

    void requireLimits() {
        for (Tenant tenant : tenants) {
            Simulation.require(tenant.committedBytes() <= tenant.limitBytes(), tenant + " is within its limit");
        }
    }

    /// As [AllocatorAccess#trimOwnArena] for each.
    void trimOwnArenas() {
        tenants.forEach(tenant -> AllocatorAccess.trimOwnArena(tenant.allocator()));
    }
}
