// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.subject.Subject;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.foreign.Arena;
import java.util.Locale;

/// What the JMH suites compare. A subject's classes are loaded only when it is opened.
enum MicroSubject {
    FACADE {
        @Override
        MicroHeap open(int slotCount) {
            return new AddressHeap(Subject.FACADE, slotCount);
        }
    },
    LOCAL_ARENA {
        @Override
        MicroHeap open(int slotCount) {
            return new AddressHeap(Subject.LOCAL_ARENA, slotCount);
        }
    },
    /// Quarry, by `allocate` and `free(segment)`.
    QUARRY_SEGMENT {
        @Override
        MicroHeap open(int slotCount) {
            return new SegmentHeap(slotCount);
        }
    },
    /// Quarry, by `newArena`.
    QUARRY_ARENA {
        @Override
        MicroHeap open(int slotCount) {
            return new ArenaHeap(() -> OffHeapAllocator.system().newArena(), true, slotCount);
        }
    },
    /// Quarry, by `newSharedArena`.
    QUARRY_SHARED_ARENA {
        @Override
        MicroHeap open(int slotCount) {
            return new ArenaHeap(() -> OffHeapAllocator.system().newSharedArena(), true, slotCount);
        }
    },
    /// Quarry, by `allocateBuffer` and `free(buffer)`.
    QUARRY_BUFFER {
        @Override
        MicroHeap open(int slotCount) {
            return new BufferHeap(slotCount);
        }
    },
    NETTY_POOLED {
        @Override
        MicroHeap open(int slotCount) {
            return new NettyHeap(PooledByteBufAllocator.DEFAULT, slotCount);
        }
    },
    NETTY_ADAPTIVE {
        @Override
        MicroHeap open(int slotCount) {
            return new NettyHeap(Adaptive.ALLOCATOR, slotCount);
        }
    },
    JDK_CONFINED {
        @Override
        MicroHeap open(int slotCount) {
            return new ArenaHeap(Arena::ofConfined, true, slotCount);
        }
    },
    JDK_SHARED {
        @Override
        MicroHeap open(int slotCount) {
            return new ArenaHeap(Arena::ofShared, true, slotCount);
        }
    },
    JDK_AUTO {
        @Override
        MicroHeap open(int slotCount) {
            return new ArenaHeap(Arena::ofAuto, false, slotCount);
        }
    },
    ALLOCATE_DIRECT {
        @Override
        MicroHeap open(int slotCount) {
            return new DirectBufferHeap(slotCount);
        }
    },
    LIBC {
        @Override
        MicroHeap open(int slotCount) {
            return new AddressHeap(Subject.LIBC, slotCount);
        }
    },
    LIBC_CRITICAL {
        @Override
        MicroHeap open(int slotCount) {
            return new AddressHeap(Subject.LIBC_CRITICAL, slotCount);
        }
    },
    VOID {
        @Override
        MicroHeap open(int slotCount) {
            return new AddressHeap(Subject.VOID, slotCount);
        }
    };

    /// One for all threads, as a server has it.
    private static final class Adaptive {
        static final AdaptiveByteBufAllocator ALLOCATOR = new AdaptiveByteBufAllocator(true);
    }

    /// Opened by the thread that will use it.
    abstract MicroHeap open(int slotCount);

    static MicroHeap open(String subject, int slotCount) {
        return valueOf(subject.toUpperCase(Locale.ROOT)).open(slotCount);
    }
}
