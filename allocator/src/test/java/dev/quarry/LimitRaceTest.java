// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.region.CommitLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many threads around the limit: it holds at every instant, and no credit is lost on the way.
@Tag("once")
class LimitRaceTest {
    private static final int THREADS = 64;
    private static final int OPERATIONS = 4_000;
    private static final int MOST_BYTES = 200_000;
    private static final long LIMIT_BYTES = 48L << 20;

    @Test
    void shouldHoldTheLimitAndLoseNoCredit() throws Exception {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit(LIMIT_BYTES)
                .reserve("1g")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            AtomicInteger refusals = new AtomicInteger();
            AtomicLong mostBytes = new AtomicLong();
            AtomicBoolean done = new AtomicBoolean();
            Thread sampler = new Thread(() -> sample(allocator.space().ledger(), done, mostBytes));
            sampler.start();
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < THREADS; index++) {
                long seed = index;
                threads.add(new Thread(() -> Churn.run(allocator, seed, MOST_BYTES, OPERATIONS, refusals)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            done.set(true);
            sampler.join();

            assertTrue(mostBytes.get() <= LIMIT_BYTES, "committed " + mostBytes);
            assertTrue(refusals.get() > 0, "the limit was never reached");
            allocator.maintain();
            allocator.trim();
            assertEquals(0, allocator.verifyAndCountLost());
            AllocatorStats stats = allocator.stats();
            assertEquals(0, stats.liveBlocks());
            assertEquals(stats.metadataBytes(), stats.committedBytes(), "credit of blocks that are free");
            requireWholeLimit(allocator);
        }
    }

    private static void sample(CommitLedger ledger, AtomicBoolean done, AtomicLong mostBytes) {
        while (!done.get()) {
            mostBytes.accumulateAndGet(ledger.committedBytes(), Math::max);
        }
    }

    private static void requireWholeLimit(OffHeapAllocator allocator) {
        List<Long> blocks = new ArrayList<>();
        for (long address = allocator.tryMalloc(1 << 20); address != 0; address = allocator.tryMalloc(1 << 20)) {
            blocks.add(address);
        }
        AllocatorStats stats = allocator.stats();
        assertTrue(stats.liveBytes() + stats.metadataBytes() > LIMIT_BYTES - (2 << 20), stats::toString);
        blocks.forEach(allocator::free);
    }
}
