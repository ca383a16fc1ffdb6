// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.MaintenanceMode;
import dev.quarry.OffHeapAllocator;
import io.netty.buffer.AbstractPooledByteBufTest;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Netty's own tests of a pooled buffer, with buffers of this allocator, and without a buffer left at the end.
///
/// Two of them look at fields that only Netty's own pooled buffers have. They are here again, with the same statements
/// about where the bytes are; nothing else is left out.
abstract class NettyByteBufContract extends AbstractPooledByteBufTest {
    private static OffHeapAllocator memory;
    static QuarryByteBufAllocator allocator;

    @BeforeAll
    static void open() {
        memory = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit("256m")
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build());
        allocator = new QuarryByteBufAllocator(memory);
    }

    @AfterAll
    static void close() {
        memory.verify();
        assertEquals(0, memory.stats().liveBlocks());
        assertEquals(0, allocator.metric().usedHeapMemory());
        memory.close();
    }

    @Override
    @Test
    public void testMaxFastWritableBytes() {
        ByteBuf buffer = newBuffer(150, 500).writerIndex(100);
        assertEquals(50, buffer.writableBytes());
        assertEquals(400, buffer.maxWritableBytes());
        int inPlace = Math.min(blockBytes(buffer) - 100, 400);
        assertTrue(inPlace >= 50);
        assertEquals(inPlace, buffer.maxFastWritableBytes());

        Object place = place(buffer);
        buffer.writeBytes(new byte[inPlace]);
        assertEquals(place, place(buffer));
        assertEquals(0, buffer.maxFastWritableBytes());
        buffer.writeByte(7);
        assertEquals(7, buffer.getByte(100 + inPlace));

        buffer.capacity(500);
        assertEquals(500 - buffer.writerIndex(), buffer.maxFastWritableBytes());
        buffer.release();
    }

    @Override
    @Test
    public void testEnsureWritableDoesntGrowTooMuch() {
        ByteBuf buffer = newBuffer(150, 500).writerIndex(100);
        assertEquals(50, buffer.writableBytes());
        int inPlace = buffer.maxFastWritableBytes();
        assertTrue(inPlace > 50);

        Object place = place(buffer);
        buffer.ensureWritable(inPlace);
        assertEquals(place, place(buffer));
        assertEquals(100 + inPlace, buffer.capacity());
        assertEquals(buffer.writableBytes(), buffer.maxFastWritableBytes());
        buffer.release();
    }

    private static int blockBytes(ByteBuf buffer) {
        return buffer.hasArray() ? buffer.array().length : (int) memory.usableSize(buffer.memoryAddress());
    }

    /// Where the bytes are: the same for as long as they do not move.
    private static Object place(ByteBuf buffer) {
        return buffer.hasArray() ? System.identityHashCode(buffer.array()) : buffer.memoryAddress();
    }
}
