// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakTracker;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Calls the watch as Netty does: `track` for a new buffer, `close` for one that is released.
class BufferWatchTest {
    private final ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
    private final BufferWatch watch = new BufferWatch();
    private final ByteBuf buffer = allocator.directBuffer(100);

    @BeforeEach
    void open() {
        watch.open(allocator);
    }

    @AfterEach
    void release() {
        buffer.release();
    }

    @Test
    void shouldCountWhatIsLive() {
        ResourceLeakTracker<ByteBuf> first = track(buffer);
        ResourceLeakTracker<ByteBuf> second = track(buffer);
        assertEquals(200, watch.liveBytes());
        buffer.capacity(500);
        first.close(buffer);
        assertEquals(100, watch.liveBytes());
        second.close(buffer);
        assertEquals(0, watch.liveBytes());
    }

    @Test
    void shouldSeeTheBuffersOfItsAllocatorOnly() {
        ByteBuf other = PooledByteBufAllocator.DEFAULT.directBuffer(1);
        ByteBuf composite = allocator.compositeBuffer().addComponent(true, allocator.buffer(1));
        assertNull(watch.track(other));
        assertNull(watch.track(composite));
        assertEquals(0, watch.liveBytes());
        other.release();
        composite.release();
    }

    @Test
    void shouldRecordOneThread() throws Exception {
        ResourceLeakTracker<ByteBuf> before = track(buffer);
        Recording recording = watch.record();
        before.close(buffer);
        ResourceLeakTracker<ByteBuf> own = track(buffer);
        FutureTask<ResourceLeakTracker<ByteBuf>> elsewhere = new FutureTask<>(() -> {
            own.close(buffer);
            return track(buffer);
        });
        Thread.ofPlatform().start(elsewhere);
        elsewhere.get().close(buffer);
        buffer.capacity(50);
        track(buffer).close(buffer);
        assertEquals(0, watch.liveBytes());
        recording.end();
        assertEquals(List.of("direct 100", "direct 50", "free 50", "free 100"), replay(recording));
    }

    /// What is released later was released by the recording's own end.
    @Test
    void shouldRecordNothingOnceClosed() {
        Recording recording = watch.record();
        ResourceLeakTracker<ByteBuf> tracker = track(buffer);
        watch.close();
        recording.end();
        tracker.close(buffer);
        assertEquals(List.of("direct 100", "free 100"), replay(recording));
    }

    private static List<String> replay(Recording recording) {
        LoggingAllocator log = new LoggingAllocator();
        recording.nsPerBuffer(log, 1);
        return log.log;
    }

    @Test
    void shouldSeeNoNewBuffersOnceClosed() {
        ResourceLeakTracker<ByteBuf> tracker = track(buffer);
        watch.close();
        assertNull(watch.track(buffer));
        tracker.close(buffer);
        assertEquals(0, watch.liveBytes());
    }

    private ResourceLeakTracker<ByteBuf> track(ByteBuf tracked) {
        return Objects.requireNonNull(watch.track(tracked));
    }
}
