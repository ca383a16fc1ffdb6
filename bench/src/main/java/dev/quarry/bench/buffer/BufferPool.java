// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.netty.QuarryByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Locale;

/// The pools that are compared, as a server gets them when it sets nothing.
public enum BufferPool {
    ADAPTIVE {
        @Override
        public ByteBufAllocator open() {
            return new AdaptiveByteBufAllocator(true);
        }
    },
    POOLED {
        @Override
        public ByteBufAllocator open() {
            return PooledByteBufAllocator.DEFAULT;
        }
    },
    QUARRY {
        @Override
        public ByteBufAllocator open() {
            return QuarryByteBufAllocator.DEFAULT;
        }
    };

    public abstract ByteBufAllocator open();

    /// {@return the name for tables and for the command line of a child}
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static BufferPool of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
