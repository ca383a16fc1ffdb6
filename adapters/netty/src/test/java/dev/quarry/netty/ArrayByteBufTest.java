// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.buffer.ByteBuf;

/// Netty's tests with heap buffers.
class ArrayByteBufTest extends NettyByteBufContract {
    @Override
    protected ByteBuf alloc(int length, int maxCapacity) {
        return allocator.heapBuffer(length, maxCapacity);
    }
}
