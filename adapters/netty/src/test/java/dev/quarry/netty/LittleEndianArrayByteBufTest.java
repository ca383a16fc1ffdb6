// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;

/// Netty's tests with heap buffers seen in little-endian order.
class LittleEndianArrayByteBufTest extends NettyByteBufContract {
    @Override
    @SuppressWarnings("deprecation") // still how Netty's codecs for such protocols ask for it
    protected ByteBuf alloc(int length, int maxCapacity) {
        return allocator.heapBuffer(length, maxCapacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
