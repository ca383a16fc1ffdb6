// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;
import dev.quarry.bench.subject.Blocks;
import dev.quarry.numa.RawMemory;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Stands between a workload and an allocator, and knows each live block: none may overlap another, each must be
/// aligned, each must be freed once, and what lies behind each must be as it was.
final class Oracle implements BlockSource {
    private static final long FENCE_BYTES = 8;

    private final Supplier<Blocks> allocator;
    private final TreeMap<Long, Long> byteSizes = new TreeMap<>();

    Oracle(Supplier<Blocks> allocator) {
        this.allocator = allocator;
    }

    synchronized int liveBlocks() {
        return byteSizes.size();
    }

    @Override
    public Blocks newBlocks() {
        return new CheckedBlocks(allocator.get());
    }

    @Override
    public Thread newThread(Runnable task) {
        return new Thread(task, "workload");
    }

    private synchronized void add(long address, long byteSize, long byteAlignment) {
        long end = address + byteSize + FENCE_BYTES;
        Map.Entry<Long, Long> below = byteSizes.lowerEntry(end);
        check(
                below == null || below.getKey() + below.getValue() + FENCE_BYTES <= address,
                "overlaps a live block",
                address);
        check(address % byteAlignment == 0, "is not aligned to " + byteAlignment, address);
        byteSizes.put(address, byteSize);
        RawMemory.putLong(address + byteSize, fence(address));
    }

    /// Before the allocator gets the block: from then on another thread may have it.
    private synchronized void remove(long address) {
        Long byteSize = byteSizes.remove(address);
        check(byteSize != null, "is freed and not live", address);
        check(
                byteSize != null && RawMemory.getLong(address + byteSize) == fence(address),
                "was written to beyond its end",
                address);
    }

    private static long fence(long address) {
        return ~address;
    }

    private static void check(boolean holds, String complaint, long address) {
        if (!holds) {
            throw new IllegalStateException("0x" + Long.toHexString(address) + " " + complaint);
        }
    }

    private final class CheckedBlocks extends Blocks {
        private final Blocks blocks;

        CheckedBlocks(Blocks blocks) {
            this.blocks = blocks;
        }

        @Override
        public long malloc(long byteSize) {
            return added(blocks.malloc(byteSize + FENCE_BYTES), byteSize, naturalAlignment(byteSize));
        }

        @Override
        public long calloc(long count, long elementByteSize) {
            long byteSize = count * elementByteSize;
            long address = added(blocks.calloc(1, byteSize + FENCE_BYTES), byteSize, naturalAlignment(byteSize));
            for (long offset = 0; offset < byteSize; offset++) {
                check(RawMemory.getByte(address + offset) == 0, "is not zeroed", address);
            }
            return address;
        }

        @Override
        public long realloc(long address, long byteSize) {
            if (address != 0) {
                remove(address);
            }
            return added(blocks.realloc(address, byteSize + FENCE_BYTES), byteSize, naturalAlignment(byteSize));
        }

        @Override
        public long alignedAlloc(long byteAlignment, long byteSize) {
            return added(blocks.alignedAlloc(byteAlignment, byteSize + FENCE_BYTES), byteSize, byteAlignment);
        }

        @Override
        public void free(long address) {
            if (address != 0) {
                remove(address);
            }
            blocks.free(address);
        }

        private static long naturalAlignment(long byteSize) {
            return byteSize >= 16 ? 16 : 8;
        }

        private long added(long address, long byteSize, long byteAlignment) {
            add(address, byteSize, byteAlignment);
            return address;
        }
    }
}
