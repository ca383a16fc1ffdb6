// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bounds;

import dev.quarry.OffHeapAllocator;
import dev.quarry.numa.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Blocks of one thread, each written to on all of its OS pages.
final class Blocks {
    private static final int OS_PAGE_BYTES = 4096;

    /// Sizes of a server's buffers, from a header to a large body.
    private static final int[] SERVER_BYTES = {64, 256, 512, 1024, 2048, 4096, 8192, 16_639, 32_768, 65_536, 262_144};

    private final OffHeapAllocator allocator;
    private final List<Long> addresses = new ArrayList<>();

    Blocks(OffHeapAllocator allocator) {
        this.allocator = allocator;
    }

    void add(long byteSize) {
        long address = allocator.malloc(byteSize);
        touch(address, byteSize);
        addresses.add(address);
    }

    /// Adds blocks of one size up to so many bytes.
    void add(long byteSize, long totalBytes) {
        for (long bytes = 0; bytes < totalBytes; bytes += byteSize) {
            add(byteSize);
        }
    }

    /// Adds buffers of a server up to so many bytes.
    void addServerLike(SplittableRandom random, long totalBytes) {
        for (long bytes = 0; bytes < totalBytes; ) {
            int byteSize = SERVER_BYTES[random.nextInt(SERVER_BYTES.length)];
            add(byteSize);
            bytes += byteSize;
        }
    }

    void freeAll() {
        addresses.forEach(allocator::free);
        addresses.clear();
    }

    static void touch(long address, long byteSize) {
        for (long offset = 0; offset < byteSize; offset += OS_PAGE_BYTES) {
            RawMemory.putByte(address + offset, (byte) 1);
        }
        RawMemory.putByte(address + byteSize - 1, (byte) 1);
    }
}
