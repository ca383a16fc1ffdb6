// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.quarry.internal.event.EventKind;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventRingTest {
    @TempDir
    Path folder;

    private final SimulatedMemory os =
            new SimulatedMemory(SimulatedMachine.builder().build());
    private final EventRing ring = new EventRing(os);
    private LiveFile file;

    @BeforeEach
    void create() throws IOException {
        file = LiveFile.create(folder.resolve("1-mine.live"), "mine", 1, 1, 1, 0);
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Test
    void shouldKeepTheLastWhereMoreComeThanCanWait() throws IOException {
        for (int event = 0; event < 3 * EventRing.CAPACITY; event++) {
            ring.accept(EventKind.PURGE, 0, event, 0, 0);
        }
        file.writeEvents(ring);
        assertEquals(
                LongStream.range(2 * EventRing.CAPACITY, 3 * EventRing.CAPACITY)
                        .boxed()
                        .toList(),
                numbers());
    }

    /// Each event's fields are functions of one number: a record made of two events would show.
    @Test
    void shouldNeverMixTwoEvents() throws Exception {
        int threadCount = 3;
        int rounds = 20_000;
        AtomicBoolean hasSeenEvents = new AtomicBoolean();
        AtomicLong written = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < threadCount; thread++) {
            int first = thread;
            threads.add(Thread.ofPlatform().start(() -> {
                // On until the reader was there: on a busy machine it may come late.
                for (int round = 0; round < rounds || !hasSeenEvents.get(); round++) {
                    long value = (long) round * threadCount + first;
                    ring.accept(EventKind.COMMIT, (int) value & 0xFF, value, value * 7, value * 13);
                    written.incrementAndGet();
                }
            }));
        }
        try {
            while (threads.stream().anyMatch(Thread::isAlive)) {
                file.writeEvents(ring);
                for (LiveSnapshot.Event event : LiveReader.read(file.path()).events()) {
                    assertEquals(event.bytes() * 7, event.detail());
                    assertEquals(event.bytes() * 13, event.durationNs());
                    assertEquals(event.bytes() & 0xFF, event.node());
                    hasSeenEvents.set(true);
                }
            }
        } finally {
            hasSeenEvents.set(true);
        }
        assertEquals(written.get(), ring.commits());
    }

    /// The clock stands for whatever holds a thread up while it writes.
    @Test
    void shouldLoseTheEventThatWouldOvertakeOneThatIsBeingWritten() throws IOException {
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
        NativeMemory slow = (NativeMemory) Proxy.newProxyInstance(
                NativeMemory.class.getClassLoader(),
                new Class<?>[] {NativeMemory.class},
                (proxy, method, arguments) -> {
                    meanwhile.getAndSet(() -> {}).run();
                    return method.invoke(os, arguments);
                });
        EventRing overtaken = new EventRing(slow);
        meanwhile.set(() -> {
            for (int event = 1; event <= EventRing.CAPACITY; event++) {
                overtaken.accept(EventKind.PURGE, 0, event, 0, 0);
            }
            file.writeEvents(overtaken);
        });
        overtaken.accept(EventKind.PURGE, 0, 0, 0, 0);
        assertEquals(LongStream.range(1, EventRing.CAPACITY).boxed().toList(), numbers());

        // Given up at the second look, and no others with it.
        file.writeEvents(overtaken);
        overtaken.accept(EventKind.PURGE, 0, 0, 0, 0);
        file.writeEvents(overtaken);
        assertEquals(EventRing.CAPACITY + 1, numbers().getLast());
        assertEquals(EventRing.CAPACITY, numbers().size());
    }

    @Test
    void shouldMakeNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        publishAndDrain(5_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        publishAndDrain(5_000);
        long made = threads.getCurrentThreadAllocatedBytes() - before;
        // The question itself may make a little.
        assertTrue(made < 4_096, made + " bytes for 5,000 events");
    }

    private void publishAndDrain(int count) {
        for (int event = 0; event < count; event++) {
            ring.accept(EventKind.COMMIT, 0, event, 1, 2);
            file.writeEvents(ring);
        }
    }

    private List<Long> numbers() throws IOException {
        return LiveReader.read(file.path()).events().stream()
                .map(LiveSnapshot.Event::number)
                .toList();
    }
}
