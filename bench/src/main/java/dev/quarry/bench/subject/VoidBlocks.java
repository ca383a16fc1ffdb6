// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;

/// Does nothing but return the next address of a ring that stays in the cache: what it costs is the harness itself.
/// Blocks overlap, so only workloads that never read back what they wrote can run on it.
final class VoidBlocks extends Blocks {
    private static final long RING_BYTES = 1L << 20;
    private static final long STEP_BYTES = 64;

    /// Room behind the ring's last block: the most that a workload writes to one.
    private static final long MAX_BLOCK_BYTES = 128L << 10;

    /// Threads come and go; so many at once have a ring of their own, so that they do not write to the same lines.
    private static final int RINGS = 32;

    private static final long[] RING_ADDRESSES = new long[RINGS];
    private static int made;

    private final long ring = nextRing();
    private long offset;

    private static synchronized long nextRing() {
        int index = made++ % RINGS;
        if (RING_ADDRESSES[index] == 0) {
            RING_ADDRESSES[index] = touchedRing();
        }
        return RING_ADDRESSES[index];
    }

    private static long touchedRing() {
        long byteSize = RING_BYTES + MAX_BLOCK_BYTES;
        long address = Arena.global().allocate(byteSize, STEP_BYTES).address();
        RawMemory.fill(address, byteSize, (byte) 1);
        return address;
    }

    @Override
    public long malloc(long byteSize) {
        offset = (offset + STEP_BYTES) & (RING_BYTES - 1);
        return ring + offset;
    }

    @Override
    public long calloc(long count, long elementByteSize) {
        return malloc(count * elementByteSize);
    }

    @Override
    public long realloc(long address, long byteSize) {
        return malloc(byteSize);
    }

    @Override
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return malloc(byteSize);
    }

    @Override
    public void free(long address) {}
}
