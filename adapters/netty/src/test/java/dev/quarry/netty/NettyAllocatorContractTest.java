// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.AllocatorConfig;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;
import io.netty.buffer.AbstractByteBufAllocatorTest;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Netty's own tests of an allocator, each over memory of its own, of which nothing is in use at the end.
///
/// One names the classes of Netty's unpooled buffers. It is here again with ours; nothing is left out.
class NettyAllocatorContractTest extends AbstractByteBufAllocatorTest<QuarryByteBufAllocator> {
    private final List<OffHeapAllocator> memories = new ArrayList<>();

    @AfterEach
    void close() {
        for (OffHeapAllocator memory : memories) {
            memory.verify();
            assertEquals(0, memory.stats().liveBlocks());
            memory.close();
        }
    }

    @Override
    protected QuarryByteBufAllocator newAllocator(boolean preferDirect) {
        OffHeapAllocator memory = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("64m")
                .reserve("256m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
        memories.add(memory);
        return new QuarryByteBufAllocator(memory, preferDirect);
    }

    @Override
    protected QuarryByteBufAllocator newUnpooledAllocator() {
        return newAllocator(false);
    }

    @Override
    @Test
    public void testUnsafeHeapBufferAndUnsafeDirectBuffer() {
        QuarryByteBufAllocator allocator = newUnpooledAllocator();
        ByteBuf direct = allocator.directBuffer();
        assertInstanceOf(direct, BlockByteBuf.class);
        direct.release();
        ByteBuf heap = allocator.heapBuffer();
        assertInstanceOf(heap, ArrayByteBuf.class);
        heap.release();
    }
}
