// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `quarry.maintenance=inline`: the allocating threads do the ticks, when they are due and not before.
class InlineMaintenanceTest {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int SPAN_BYTES = 2 << 20;

    /// Its malloc is a slow path each time, and its pages stay in the thread's lookaside list.
    private static final int KEPT_SPAN_BYTES = 64 << 10;

    private final SimulatedMemory os = new SimulatedMemory(SimulatedMachine.builder()
            .nodes(1, 2, 256L << 20)
            .addressSpaceBytes(512L << 20)
            .build());

    private OffHeapAllocator create() {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("64m")
                .reserve("64m")
                .maintenance(MaintenanceMode.INLINE)
                .maintenanceTick("250ms")
                .build();
        return StartUp.create(config, os, os.topology());
    }

    private static void leaveABlock(OffHeapAllocator allocator) throws InterruptedException {
        Thread owner = new Thread(() -> allocator.malloc(100));
        owner.start();
        owner.join();
    }

    @Test
    void shouldAdoptWhenTheTickIsDueAndAThreadComesToASlowPath() throws InterruptedException {
        try (OffHeapAllocator allocator = create()) {
            allocator.free(allocator.malloc(SPAN_BYTES));
            leaveABlock(allocator);

            allocator.free(allocator.malloc(SPAN_BYTES));
            assertEquals(0, allocator.pool().adoptions(), "no tick is due yet");

            os.advanceClock(TICK_NS);
            allocator.free(allocator.malloc(SPAN_BYTES));
            assertEquals(1, allocator.pool().adoptions());
            allocator.verify();
        }
    }

    /// The ways to a span.
    enum Way {
        MALLOC {
            @Override
            long allocate(OffHeapAllocator allocator, long block) {
                return allocator.malloc(SPAN_BYTES);
            }
        },
        CALLOC {
            @Override
            long allocate(OffHeapAllocator allocator, long block) {
                return allocator.calloc(1, SPAN_BYTES);
            }
        },
        CALLOC_KEPT {
            @Override
            long allocate(OffHeapAllocator allocator, long block) {
                return allocator.calloc(1, KEPT_SPAN_BYTES);
            }
        },
        ALIGNED {
            @Override
            long allocate(OffHeapAllocator allocator, long block) {
                return allocator.alignedAlloc(KEPT_SPAN_BYTES, KEPT_SPAN_BYTES);
            }
        },
        REALLOC {
            @Override
            long allocate(OffHeapAllocator allocator, long block) {
                return allocator.realloc(block, 2 * SPAN_BYTES);
            }
        };

        abstract long allocate(OffHeapAllocator allocator, long block);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTickWhicheverWayASpanIsAllocated(Way way) throws InterruptedException {
        try (OffHeapAllocator allocator = create()) {
            allocator.free(allocator.malloc(KEPT_SPAN_BYTES));
            long block = allocator.malloc(SPAN_BYTES);
            leaveABlock(allocator);
            os.advanceClock(TICK_NS);

            assertNotEquals(0, way.allocate(allocator, block));

            assertEquals(1, allocator.pool().adoptions());
            allocator.verify();
        }
    }

    @Test
    void shouldTickForThreadsOnStripesToo() throws InterruptedException {
        try (OffHeapAllocator allocator = create()) {
            leaveABlock(allocator);
            os.advanceClock(TICK_NS);
            Thread.ofVirtual()
                    .start(() -> allocator.free(allocator.malloc(100)))
                    .join();

            assertEquals(1, allocator.pool().adoptions());
            allocator.verify();
        }
    }

    @Test
    void shouldGiveMemoryBackAfterTheDelay() {
        try (OffHeapAllocator allocator = create()) {
            allocator.free(allocator.malloc(SPAN_BYTES));
            assertTrue(allocator.stats().spanDirtyBytes() >= SPAN_BYTES);
            for (int second = 0; second < 30; second++) {
                os.advanceClock(TimeUnit.SECONDS.toNanos(1));
                allocator.free(allocator.malloc(100 + 1024L * second));
            }
            // So that the slabs of the last sizes too have rested for the delay, while slow paths go on.
            for (int second = 0; second < 30; second++) {
                os.advanceClock(TimeUnit.SECONDS.toNanos(1));
                allocator.free(allocator.malloc(KEPT_SPAN_BYTES));
            }
            assertEquals(0, allocator.stats().spanDirtyBytes(), allocator::report);
            allocator.verify();
        }
    }
}
