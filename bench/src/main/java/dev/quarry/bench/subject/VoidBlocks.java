// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;

/// Does nothing but return the next address of a ring that stays in the cache: what it costs is the harness itself.
final class VoidBlocks extends Blocks {
    private static final long RING_BYTES = 1L << 20;
    private static final long STEP_BYTES = 64;

    private final long ring = touchedRing();
    private long offset;

    private static long touchedRing() {
        // The harness writes one byte at the start of a block, so that the last block of the ring needs no room behind.
        long address = Arena.global().allocate(RING_BYTES).address();
        RawMemory.fill(address, RING_BYTES, (byte) 1);
        return address;
    }

    @Override
    public long malloc(long byteSize) {
        offset = (offset + STEP_BYTES) & (RING_BYTES - 1);
        return ring + offset;
    }

    @Override
    public long realloc(long address, long byteSize) {
        return malloc(byteSize);
    }

    @Override
    public void free(long address) {}
}
