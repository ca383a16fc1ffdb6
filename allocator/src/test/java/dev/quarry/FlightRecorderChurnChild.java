// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;

/// Starts and stops recordings, as many as the argument says, while platform and virtual threads allocate; then walks
/// all.
final class FlightRecorderChurnChild {
    private static final int THREADS_OF_A_KIND = 3;

    private FlightRecorderChurnChild() {}

    public static void main(String[] arguments) throws Exception {
        int recordings = Integer.parseInt(arguments[0]);
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("64m")
                .reserve("128m")
                .purgeDelay("20ms")
                .maintenanceTick("1ms")
                .jmx(JmxMode.ON)
                .build();
        OffHeapAllocator allocator = OffHeapAllocator.create(config);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong rounds = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < THREADS_OF_A_KIND; index++) {
            threads.add(Thread.ofPlatform().start(() -> work(allocator, done, rounds)));
            threads.add(Thread.ofVirtual().start(() -> work(allocator, done, rounds)));
        }
        for (int index = 0; index < recordings; index++) {
            try (Recording recording = new Recording()) {
                recording.start();
                long until = rounds.get() + 10;
                while (rounds.get() < until) {
                    Thread.onSpinWait();
                }
                recording.stop();
            }
        }
        done.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        allocator.trim();
        allocator.verify();
        System.out.println("live: " + allocator.stats().liveBlocks() + ", lost events: "
                + allocator.space().events().lost());
        allocator.close();
    }

    /// Blocks enough to need new slabs and spans each time, and to reach the limit now and then.
    private static void work(OffHeapAllocator allocator, AtomicBoolean done, AtomicLong rounds) {
        long[] blocks = new long[500];
        for (int round = 0; !done.get(); round++) {
            int step = round % 7;
            Arrays.setAll(blocks, index -> allocator.tryMalloc(64L << step + index % 3 * 2));
            Arrays.stream(blocks).forEach(allocator::free);
            rounds.incrementAndGet();
        }
    }
}
