// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Sees each buffer of an allocator come and go, whichever allocator it is: stands where Netty's leak detector stands,
/// which all of them ask. Counts the bytes that are live, and feeds the recording of one event loop.
final class BufferWatch extends ResourceLeakDetector<ByteBuf> {
    private final LongAdder liveBytes = new LongAdder();
    private volatile @Nullable ByteBufAllocator allocator;
    private volatile @Nullable Recording recording;

    BufferWatch() {
        super(ByteBuf.class, 1);
    }

    /// Has to come before the first use of a buffer: Netty asks once for its detector.
    static BufferWatch install() {
        BufferWatch watch = new BufferWatch();
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory(watch));
        return watch;
    }

    /// From here on the buffers of this allocator are seen, and no other's: Netty keeps some of its own for ever.
    void open(ByteBufAllocator watched) {
        allocator = watched;
    }

    /// {@return bytes that the holders of live buffers asked for}
    long liveBytes() {
        return liveBytes.sum();
    }

    /// Records the calling thread from here on.
    Recording record() {
        Recording started = new Recording();
        recording = started;
        return started;
    }

    /// From here on buffers are made as without this class; those that are live are still seen to go.
    void close() {
        recording = null;
        allocator = null;
    }

    /// Buffers that are made of other buffers do not count: their parts do.
    @Override
    public @Nullable ResourceLeakTracker<ByteBuf> track(ByteBuf buffer) {
        if (buffer.alloc() != allocator || buffer instanceof CompositeByteBuf) {
            return null;
        }
        int bytes = buffer.capacity();
        liveBytes.add(bytes);
        Recording current = recording;
        if (current == null || !current.isOwn()) {
            return new Tracker(bytes, null, Recording.NONE);
        }
        return new Tracker(bytes, current, current.allocated(bytes, buffer.isDirect()));
    }

    /// Closed by Netty when the buffer's last reference is released.
    private final class Tracker implements ResourceLeakTracker<ByteBuf> {
        private final int bytes;
        private final @Nullable Recording origin;
        private final int number;

        Tracker(int bytes, @Nullable Recording origin, int number) {
            this.bytes = bytes;
            this.origin = origin;
            this.number = number;
        }

        @Override
        public void record() {
            // Where a buffer was used does not matter here.
        }

        @Override
        public void record(Object hint) {
            // As above.
        }

        @Override
        public boolean close(ByteBuf buffer) {
            liveBytes.add(-bytes);
            // What another thread releases, the replay releases at its end.
            if (number != Recording.NONE && origin != null && origin == recording && origin.isOwn()) {
                origin.released(number);
            }
            return true;
        }
    }

    private static final class Factory extends ResourceLeakDetectorFactory {
        private final BufferWatch watch;

        Factory(BufferWatch watch) {
            this.watch = watch;
        }

        /// The one that Netty's newer variants come down to.
        @Override
        @Deprecated
        @SuppressWarnings("unchecked") // A detector for T is asked for, and T is ByteBuf.
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return resource == ByteBuf.class
                    ? (ResourceLeakDetector<T>) watch
                    : new ResourceLeakDetector<>(resource, samplingInterval);
        }
    }
}
