// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private final Recording recording = new Recording();
    private final LoggingAllocator allocator = new LoggingAllocator();

    @Test
    void shouldDoAgainWhatWasRecorded() {
        int first = recording.allocated(100, true);
        int second = recording.allocated(0x3fff_ffff, false);
        recording.released(first);
        recording.allocated(300, true);
        recording.released(second);
        recording.end();

        assertTrue(recording.nsPerBuffer(allocator, 1) > 0);
        assertEquals(
                List.of("direct 100", "heap 1073741823", "free 100", "direct 300", "free 1073741823", "free 300"),
                allocator.log);
        assertEquals(3, recording.bufferCount());
    }

    @Test
    void shouldStopWhenItIsFull() {
        int number = 0;
        while (number != Recording.NONE) {
            number = recording.allocated(16, true);
        }
        int count = recording.bufferCount();
        assertEquals(Recording.NONE, recording.allocated(16, true));
        recording.end();
        recording.nsPerBuffer(allocator, 1);
        assertEquals(2 * count, allocator.log.size());
    }

    @Test
    void shouldRefuseToTimeNothing() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> recording.nsPerBuffer(allocator, 1));
        assertEquals("no buffer was allocated while the event loop was recorded", e.getMessage());
    }

    @Test
    void shouldKnowItsThread() throws Exception {
        assertTrue(recording.isOwn());
        FutureTask<Boolean> other = new FutureTask<>(recording::isOwn);
        Thread.ofPlatform().start(other);
        assertEquals(false, other.get());
    }
}
