// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A stack overflow at any depth inside the allocator: the books stay in order, and at most one block is lost each
/// time.
///
/// Each probe is a thread with a small stack. It recurses until the stack is used up, goes back a number of frames, and
/// calls the operation there. The first probe goes back no frame, each further one goes back one more, until the
/// operation has succeeded several times in a row; so the overflow hits every place in the operation that it can hit.
@Tag("once")
class StackDepthTest {
    private static final long STACK_BYTES = 192 << 10;
    private static final int MAX_PROBES = 1_500;
    private static final int SUCCESSES_TO_END = 25;

    /// The test's own thread's, and the stripe's.
    private static final int MOST_ARENAS = 2;

    private static final int MANY_ARENAS = 1_024;

    /// Blocks that a step has in hand when it is broken off, and so cannot free.
    private static final int MOST_AT_ONCE = 6;

    /// What is done near the end of the stack. Each gives back what it has allocated, if it gets so far.
    enum Step {
        SLOTS {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                for (int index = 0; index < 3; index++) {
                    allocator.free(allocator.malloc(48));
                }
            }
        },
        FRESH_SLAB {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.free(allocator.malloc(7_000));
            }
        },
        LAST_SLOT_OF_A_FULL_SLAB {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                long first = allocator.malloc(28_000);
                long second = allocator.malloc(28_000);
                long third = allocator.malloc(28_000);
                long fourth = allocator.malloc(28_000);
                long fifth = allocator.malloc(28_000);
                allocator.free(first);
                allocator.free(third);
                allocator.free(second);
                allocator.free(fourth);
                allocator.free(fifth);
            }
        },
        SPAN {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.free(allocator.malloc(100_000));
            }
        },
        HUGE {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.free(allocator.malloc(5 << 20));
            }
        },
        GROWING {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                long address = allocator.malloc(300);
                for (long size = 3_000; size < 10_000_000; size *= 8) {
                    address = allocator.realloc(address, size);
                }
                allocator.free(address);
            }
        },
        ZEROED_AND_ALIGNED {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.free(allocator.calloc(3, 500));
                allocator.free(allocator.alignedAlloc(1 << 16, 500));
            }
        },
        ANOTHER_THREADS_BLOCK {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.free(block);
            }
        },
        TRIM {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.free(allocator.malloc(64));
                allocator.trim();
            }
        },
        MAINTENANCE {
            @Override
            void run(OffHeapAllocator allocator, long block) {
                allocator.maintain();
            }
        };

        abstract void run(OffHeapAllocator allocator, long block);
    }

    /// One thread that calls a step a number of frames above the end of its stack.
    private static final class Probe implements Runnable {
        private final OffHeapAllocator allocator;
        private final Step step;
        private final long block;
        private final boolean warm;
        private int framesBack;
        private boolean overflowed;
        private @Nullable Throwable failure;

        Probe(OffHeapAllocator allocator, Step step, long block, boolean warm, int framesBack) {
            this.allocator = allocator;
            this.step = step;
            this.block = block;
            this.warm = warm;
            this.framesBack = framesBack;
        }

        @Override
        public void run() {
            if (warm) {
                allocator.free(allocator.malloc(48));
            }
            descend();
        }

        Thread platformThread() {
            return new Thread(null, this, "probe", STACK_BYTES);
        }

        private void descend() {
            try {
                descend();
            } catch (StackOverflowError endOfStack) {
                // The deepest frame that could be entered: from here the frames are counted.
            }
            if (framesBack-- == 0) {
                try {
                    step.run(allocator, block);
                } catch (StackOverflowError expected) {
                    overflowed = true;
                } catch (RuntimeException | OutOfMemoryError unexpected) {
                    failure = unexpected;
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldLoseAtMostABlockWithAThreadsFirstCall(Step step) throws Exception {
        probe(step, false, MANY_ARENAS, Probe::platformThread);
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldLoseAtMostABlockInAThreadThatHasAnArena(Step step) throws Exception {
        probe(step, true, MANY_ARENAS, Probe::platformThread);
    }

    /// The test's own thread has the only arena, so the probes go to a stripe, and must give back its lock.
    @ParameterizedTest
    @EnumSource(Step.class)
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldLoseAtMostABlockInAThreadThatSharesAStripe(Step step) throws Exception {
        probe(step, true, 1, Probe::platformThread);
    }

    /// Its carrier's arena must be left again.
    @ParameterizedTest
    @EnumSource(Step.class)
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldLoseAtMostABlockInAVirtualThread(Step step) throws Exception {
        probe(step, true, MANY_ARENAS, Thread.ofVirtual()::unstarted);
    }

    private static void probe(Step step, boolean warm, int maxArenas, Function<Probe, Thread> threads)
            throws InterruptedException {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("1g")
                .reserve("2g")
                .arenasMax(maxArenas)
                .arenasStripes(1)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            allocator.free(allocator.malloc(48));
            int overflows = 0;
            int successes = 0;
            int probes = 0;
            for (; probes < MAX_PROBES && successes < SUCCESSES_TO_END; probes++) {
                long block = step == Step.ANOTHER_THREADS_BLOCK ? allocator.malloc(2_000) : 0;
                Probe probe = new Probe(allocator, step, block, warm, probes);
                Thread thread = threads.apply(probe);
                thread.start();
                thread.join();
                if (probe.failure != null) {
                    throw new AssertionError("another error than that of the stack", probe.failure);
                }
                overflows += probe.overflowed ? 1 : 0;
                successes = probe.overflowed ? 0 : successes + 1;
                int lost = allocator.verifyAndCountLost();
                long live = allocator.stats().liveBlocks();
                String where = step + ", " + probes + " frames from the end: " + overflows + " overflows, " + live
                        + " blocks live, " + lost + " lost";
                assertTrue(live + lost <= (long) MOST_AT_ONCE * overflows, where);
                assertTrue(lost <= overflows, where);
            }
            assertTrue(overflows > 0, "no probe overflowed the stack");
            assertEquals(SUCCESSES_TO_END, successes, "the end of the stack was never left behind");
            requireNothingForgotten(allocator);
        }
    }

    /// What is neither live nor counted as lost goes back: no empty slab and no span is forgotten outside of all lists.
    private static void requireNothingForgotten(OffHeapAllocator allocator) {
        allocator.maintain();
        allocator.trim();
        // What the stripe has sent home to this thread's arena, after that was trimmed.
        allocator.trim();
        int lost = allocator.verifyAndCountLost();
        AllocatorStats stats = allocator.stats();
        for (SizeClassStats row : stats.sizeClasses()) {
            assertTrue(row.slabs() <= row.liveBlocks() + lost, row.toString());
        }
        assertEquals(0, stats.lookasideBytes());
        assertEquals(0, allocator.pool().carriers().count(), "carriers whose arena nobody left");
        int used = allocator.pool().arenaCount() - allocator.pool().idleCount();
        assertTrue(used <= MOST_ARENAS, "arenas that nobody has: " + used);
        allocator.free(allocator.malloc(100));
        allocator.verify();
    }
}
