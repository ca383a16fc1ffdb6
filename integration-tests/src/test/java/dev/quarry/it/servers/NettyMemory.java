// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import dev.quarry.netty.QuarryByteBufAllocator;

/// What the Netty buffers of one test come from.
final class NettyMemory {
    private static final long LIMIT_BYTES = 256L << 20;

    final OffHeapAllocator blocks =
            OffHeapAllocator.create(AllocatorConfig.builder().limit(LIMIT_BYTES).build());
    final QuarryByteBufAllocator buffers = new QuarryByteBufAllocator(blocks, true);

    /// The clients are gone; the server learns of it a little later.
    void awaitNothingLive() {
        Await.value(0, () -> blocks.stats().liveBlocks(), "live blocks");
        Await.value(0, buffers.metric()::usedHeapMemory, "bytes of heap buffers");
    }

    /// Ends the test, when its servers and clients have ended: nothing is live, nothing is broken.
    void requireNothingLiveAndClose() {
        assertEquals(0, blocks.stats().liveBlocks(), "live blocks");
        assertEquals(0, blocks.stats().invalidFrees(), "invalid frees");
        assertEquals(0, buffers.metric().usedHeapMemory(), "bytes of heap buffers");
        blocks.verify();
        blocks.close();
    }
}
