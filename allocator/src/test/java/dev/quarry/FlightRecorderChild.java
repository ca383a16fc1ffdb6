// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.FlightRecorder;
import jdk.jfr.consumer.RecordingStream;

/// Does something of every kind once, where a recorder is there from the start. Argument: the file to write.
final class FlightRecorderChild {
    private FlightRecorderChild() {}

    public static void main(String[] arguments) throws Exception {
        AllocatorConfig config = AllocatorConfig.builder()
                .name("recorded")
                .limit("32m")
                .reserve("64m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            allocator.space().note("something was refused");
            allocator.space().events().publish(EventKind.PRESSURE, EventHub.ANY_NODE, 4096, 2, 0);
            Thread thread = new Thread(() -> allocator.malloc(100));
            thread.start();
            thread.join();
            long[] blocks = new long[4000];
            Arrays.setAll(blocks, index -> allocator.malloc(1024));
            Arrays.stream(blocks).forEach(allocator::free);
            allocator.free(allocator.malloc(2048));
            allocator.maintain();
            exhaust(allocator);
            allocator.trim();
            awaitStatistics();
            FlightRecorder.getFlightRecorder().getRecordings().getFirst().stop();
        }
        System.out.println("recorded");
    }

    /// They are written once a second.
    private static void awaitStatistics() throws InterruptedException {
        CountDownLatch written = new CountDownLatch(1);
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("quarry.Statistics");
            stream.onEvent("quarry.Statistics", event -> written.countDown());
            stream.startAsync();
            if (!written.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("no statistics for a minute");
            }
        }
    }

    private static void exhaust(OffHeapAllocator allocator) {
        List<Long> blocks = new ArrayList<>();
        try {
            for (; ; ) {
                blocks.add(allocator.malloc(1 << 20));
            }
        } catch (OutOfOffHeapMemoryError expected) {
            blocks.forEach(allocator::free);
        }
    }
}
