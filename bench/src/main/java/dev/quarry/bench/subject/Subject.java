// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Locale;
import java.util.Map;

/// What a child process can measure. A subject's classes are loaded only when it is made.
public enum Subject implements BlockSource {
    LOCAL_ARENA {
        @Override
        public Blocks newBlocks() {
            return new LocalArenaBlocks();
        }

        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new AddressReplay(newBlocks(), slotCount, Footprint::ofQuarry);
        }
    },
    FACADE {
        @Override
        public Blocks newBlocks() {
            return new FacadeBlocks();
        }

        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new AddressReplay(newBlocks(), slotCount, Footprint::ofQuarry);
        }
    },
    VOID {
        @Override
        public Blocks newBlocks() {
            return new VoidBlocks();
        }

        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new AddressReplay(newBlocks(), slotCount, Map::of);
        }
    },
    LIBC {
        @Override
        public Blocks newBlocks() {
            return LibcBlocks.plain();
        }

        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new AddressReplay(newBlocks(), slotCount, Map::of);
        }
    },
    LIBC_CRITICAL {
        @Override
        public Blocks newBlocks() {
            return LibcBlocks.critical();
        }

        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new AddressReplay(newBlocks(), slotCount, Map::of);
        }
    },
    NETTY_POOLED {
        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new NettyReplay(PooledByteBufAllocator.DEFAULT, slotCount);
        }

        // Netty gives its caches to its own kind of thread.
        @Override
        public Thread newThread(Runnable task) {
            return new FastThreadLocalThread(task, THREAD_NAME);
        }
    },
    NETTY_ADAPTIVE {
        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new NettyReplay(new AdaptiveByteBufAllocator(true), slotCount);
        }

        @Override
        public Thread newThread(Runnable task) {
            return new FastThreadLocalThread(task, THREAD_NAME);
        }
    },
    JDK_ARENA {
        @Override
        public ReplayLoop newReplay(int slotCount) {
            return new JdkArenaReplay(slotCount);
        }
    };

    private static final String THREAD_NAME = "replay";

    public abstract ReplayLoop newReplay(int slotCount);

    /// For the workloads other than traces; only subjects that hand out addresses run them. Made by the thread that
    /// will use it.
    @Override
    public Blocks newBlocks() {
        throw new UnsupportedOperationException(this + " hands out no addresses");
    }

    @Override
    public Thread newThread(Runnable task) {
        return new Thread(task, THREAD_NAME);
    }

    /// The name by which a child process is told what to measure.
    public String argument() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Subject of(String argument) {
        return valueOf(argument.toUpperCase(Locale.ROOT));
    }
}
