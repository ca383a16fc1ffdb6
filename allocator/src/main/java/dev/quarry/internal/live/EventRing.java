// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.event.EventSink;
import dev.quarry.numa.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/// The last events, until the live file's writer comes by.
///
/// ```
/// threads that allocate  --accept-->  | number | time | kind, node | bytes | detail | duration |  --drainTo-->  file
///                                       odd while it is written
/// ```
///
/// The threads that allocate write here, and not to the file, so that whatever becomes of the file is no concern of
/// theirs. Refills and flushes are left out: they come so often that nothing else would be seen.
///
/// Thread-safe: any thread may publish, without a lock and without garbage; one at a time drains. Of more than
/// [#CAPACITY] events between two drains the oldest are lost.
public final class EventRing implements EventSink {
    /// How many events can wait.
    public static final int CAPACITY = 256;

    private static final int FIELDS = 6;
    private static final int AT_NS = 1;
    private static final int KIND_AND_NODE = 2;
    private static final int AMOUNT = 3;
    private static final int DETAIL = 4;
    private static final int DURATION_NS = 5;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final NativeMemory os;
    private final AtomicLong next = new AtomicLong();
    private final long[] words = new long[CAPACITY * FIELDS];
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong exhaustions = new AtomicLong();
    private volatile long pressureLevel;

    /// Written by who drains: all below has been drained or given up.
    private long drained;

    /// Written by who drains: the number that was not whole at the last drain.
    private long awaited = -1;

    /// @param os whose clock tells when
    public EventRing(NativeMemory os) {
        this.os = os;
    }

    @Override
    public void accept(int kind, int node, long bytes, long detail, long durationNs) {
        if (kind == EventKind.REFILL || kind == EventKind.FLUSH) {
            return;
        }
        if (kind == EventKind.COMMIT) {
            commits.incrementAndGet();
        } else if (kind == EventKind.EXHAUSTED) {
            exhaustions.incrementAndGet();
        } else if (kind == EventKind.PRESSURE) {
            pressureLevel = detail;
        }
        write(kind, node, bytes, detail, durationNs);
    }

    private void write(int kind, int node, long bytes, long detail, long durationNs) {
        long number = next.getAndIncrement();
        int record = record(number);
        long before = (long) WORD.getAcquire(words, record);
        // Odd: a thread that was overtaken by a whole round is still writing here. Its event stays, this one is lost.
        if ((before & 1) != 0 || !WORD.compareAndSet(words, record, before, 2 * number + 1)) {
            return;
        }
        VarHandle.storeStoreFence();
        WORD.setOpaque(words, record + AT_NS, os.nanoTime());
        WORD.setOpaque(words, record + KIND_AND_NODE, (long) kind << Integer.SIZE | node & 0xFFFF_FFFFL);
        WORD.setOpaque(words, record + AMOUNT, bytes);
        WORD.setOpaque(words, record + DETAIL, detail);
        WORD.setOpaque(words, record + DURATION_NS, durationNs);
        WORD.setRelease(words, record, 2 * number + 2);
    }

    private static int record(long number) {
        return (int) (number & CAPACITY - 1) * FIELDS;
    }

    /// Hands over what has come. An event that is still being written is waited for until the next time, and then given
    /// up.
    void drainTo(LiveFile file) {
        long end = next.get();
        long number = Math.max(drained, end - CAPACITY);
        while (number < end && (tryDrain(number, file) || awaited == number)) {
            number++;
        }
        awaited = number < end ? number : -1;
        drained = number;
    }

    private boolean tryDrain(long number, LiveFile file) {
        int record = record(number);
        long whole = 2 * number + 2;
        if ((long) WORD.getAcquire(words, record) < whole) {
            return false;
        }
        long atNs = (long) WORD.getOpaque(words, record + AT_NS);
        long kindAndNode = (long) WORD.getOpaque(words, record + KIND_AND_NODE);
        long bytes = (long) WORD.getOpaque(words, record + AMOUNT);
        long detail = (long) WORD.getOpaque(words, record + DETAIL);
        long durationNs = (long) WORD.getOpaque(words, record + DURATION_NS);
        VarHandle.loadLoadFence();
        if ((long) WORD.getOpaque(words, record) == whole) {
            file.writeEvent(
                    number, atNs, (int) (kindAndNode >>> Integer.SIZE), (int) kindAndNode, bytes, detail, durationNs);
        }
        return true;
    }

    /// {@return commits told of so far}
    public long commits() {
        return commits.get();
    }

    /// {@return refused requests told of so far}
    public long exhaustions() {
        return exhaustions.get();
    }

    /// {@return the level of pressure told of last}
    public long pressureLevel() {
        return pressureLevel;
    }
}
