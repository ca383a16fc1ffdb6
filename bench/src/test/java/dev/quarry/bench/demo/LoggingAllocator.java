// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Notes what it is asked for, and allocates one byte.
final class LoggingAllocator extends AbstractByteBufAllocator {
    final List<String> log = new ArrayList<>();

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return buffer("heap ", initialCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return buffer("direct ", initialCapacity);
    }

    private ByteBuf buffer(String kind, int byteSize) {
        log.add(kind + byteSize);
        return new UnpooledHeapByteBuf(UnpooledByteBufAllocator.DEFAULT, 1, 1) {
            @Override
            protected void deallocate() {
                log.add("free " + byteSize);
                super.deallocate();
            }
        };
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
