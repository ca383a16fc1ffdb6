// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Netty's tools see of the buffers: leaks, and events of the flight recorder.
class BufferObservationTest {
    @TempDir
    private Path directory;

    @Test
    void shouldLetNettyFindALeak() throws InterruptedException {
        ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
        BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        Fixture fixture = Fixture.withLimit("16m");
        try {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
            ByteBufUtil.setLeakListener((type, records) -> reports.add(type + records));
            // Kept once below another one, which lives on: nothing may lead from there to the one that is dropped.
            ByteBuf below = fixture.buffers().directBuffer(100);
            ByteBuf above = fixture.buffers().directBuffer(100);
            below.release();
            above.release();
            below = null;
            above = fixture.buffers().directBuffer(100);
            drop(fixture);
            String report = waitForReport(fixture, reports);
            assertTrue(report.contains("ByteBuf"), report);
            assertTrue(report.contains("drop"), report);
            assertTrue(above.release());
            assertEquals(1, fixture.liveBlocks());
        } finally {
            ResourceLeakDetector.setLevel(levelBefore);
            ByteBufUtil.setLeakListener(null);
            fixture.memory().close();
        }
    }

    private static void drop(Fixture fixture) {
        fixture.buffers().directBuffer(100).writeByte(1);
    }

    private static String waitForReport(Fixture fixture, BlockingQueue<String> reports) throws InterruptedException {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < deadlineNs) {
            System.gc();
            // Netty reports when the next buffer is tracked.
            fixture.buffers().directBuffer(5000).release();
            @Nullable String report = reports.poll(50, TimeUnit.MILLISECONDS);
            if (report != null) {
                return report;
            }
        }
        throw new AssertionError("no leak reported");
    }

    @Test
    void shouldRecordWhatNettyRecords() throws IOException {
        Path file = directory.resolve("buffers.jfr");
        try (Fixture fixture = Fixture.withLimit("64m");
                Recording recording = new Recording()) {
            recording.enable("io.netty.AllocateBuffer").withoutStackTrace();
            recording.enable("io.netty.ReallocateBuffer").withoutStackTrace();
            recording.enable("io.netty.FreeBuffer").withoutStackTrace();
            recording.start();
            ByteBuf buffer = fixture.buffers().directBuffer(1000, 5000);
            long address = buffer.memoryAddress();
            buffer.capacity(4000);
            buffer.release();
            fixture.buffers().heapBuffer(100, 100).release();
            recording.stop();
            recording.dump(file);

            List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                    .filter(BufferObservationTest::isOurs)
                    .toList();
            assertEquals(
                    List.of(
                            "io.netty.AllocateBuffer",
                            "io.netty.ReallocateBuffer",
                            "io.netty.FreeBuffer",
                            "io.netty.AllocateBuffer",
                            "io.netty.FreeBuffer"),
                    events.stream().map(event -> event.getEventType().getName()).toList());
            RecordedEvent allocated = events.getFirst();
            assertEquals(1000, allocated.getInt("size"));
            assertEquals(1024, allocated.getInt("maxFastCapacity"));
            assertEquals(5000, allocated.getInt("maxCapacity"));
            assertTrue(allocated.getBoolean("direct"));
            assertTrue(allocated.getBoolean("chunkPooled"));
            assertTrue(allocated.getBoolean("chunkThreadLocal"));
            assertEquals(address, allocated.getLong("address"));
            assertEquals(4000, events.get(1).getInt("newCapacity"));
            assertEquals(4000, events.get(2).getInt("size"));
        }
        assertTrue(Files.size(file) > 0);
    }

    private static boolean isOurs(RecordedEvent event) {
        if (!event.hasField("allocatorType")) {
            return false;
        }
        RecordedClass type = event.getClass("allocatorType");
        return type.getName().equals(QuarryByteBufAllocator.class.getName());
    }
}
