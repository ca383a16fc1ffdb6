// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import java.util.ArrayList;
import java.util.List;

/// The program of [SystemLimitsTest]: fills an allocator that the system's limits restrict, and then goes on with it.
final class SystemLimitsChild {
    private static final int BLOCK_BYTES = 1_000_000;

    /// What [#takeAddressSpace] leaves: too little for any reservation, and enough for the JVM.
    private static final long LEFT_BYTES = 32L << 20;

    private SystemLimitsChild() {}

    /// @param arguments the options to set, as `limit=..`, `reserve=..`, `lock=..`; with `crowded` most of the address
    ///     space is taken before the allocator is made
    public static void main(String[] arguments) {
        AllocatorConfig.Builder builder = AllocatorConfig.builder().maintenance(MaintenanceMode.EXTERNAL);
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            if (argument.startsWith("limit=")) {
                builder.limit(value);
            } else if (argument.startsWith("reserve=")) {
                builder.reserve(value);
            } else if ("crowded".equals(argument)) {
                takeAddressSpace();
            } else {
                builder.lock(MemoryLock.valueOf(value));
            }
        }
        OffHeapAllocator allocator;
        try {
            allocator = OffHeapAllocator.create(builder.build());
        } catch (NativeMemoryException | OutOfMemoryError refused) {
            System.out.println("refused at start: " + refused);
            return;
        }
        try (allocator) {
            System.out.println("reserved: " + allocator.stats().reservedBytes());
            fill(allocator);
            System.out.println(allocator.report());
        }
        System.out.println("done");
    }

    /// Takes all but a little, for as long as the process lives.
    private static void takeAddressSpace() {
        NativeMemory memory = NativeMemory.system();
        long last = 0;
        try {
            for (; ; ) {
                last = memory.reserve(LEFT_BYTES, memory.osPageBytes());
            }
        } catch (NativeMemoryException exhausted) {
            memory.release(last, LEFT_BYTES);
        }
    }

    private static void fill(OffHeapAllocator allocator) {
        List<Long> blocks = new ArrayList<>();
        String refusal = "none";
        try {
            for (; ; ) {
                blocks.add(allocator.malloc(BLOCK_BYTES));
            }
        } catch (OutOfOffHeapMemoryError exhausted) {
            refusal = String.valueOf(exhausted.getMessage());
        }
        allocator.verify();
        System.out.println("blocks: " + blocks.size());
        System.out.println("refusal: " + refusal);
        blocks.forEach(allocator::free);
        allocator.trim();
        allocator.verify();
        if (!blocks.isEmpty()) {
            allocator.free(allocator.malloc(BLOCK_BYTES));
            System.out.println("works on");
        }
    }
}
