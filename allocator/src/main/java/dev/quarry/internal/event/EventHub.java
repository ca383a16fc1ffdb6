// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.event;

import dev.quarry.numa.NativeMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Passes one allocator's events on to whoever listens.
///
/// To publish costs one volatile read while nobody listens, and never takes a lock or makes garbage. It never throws
/// either, but when not even its own call fits on the stack, so callers publish when what they did is complete.
///
/// Thread-safe.
public final class EventHub {
    /// In place of a node's id.
    public static final int ANY_NODE = -1;

    private final NativeMemory os;
    private final AtomicLong lost = new AtomicLong();

    /// Copied on write; null while nobody listens.
    private volatile EventSink @Nullable [] sinks;

    /// A hub to which nobody listens yet.
    /// @param os whose clock measures how long something took
    public EventHub(NativeMemory os) {
        this.os = os;
    }

    /// {@return whether anybody listens} For callers to whom an event costs more than its call.
    public boolean isListening() {
        return sinks != null;
    }

    /// {@return monotonic time at which something starts whose duration is to be told; 0 while nobody listens}
    public long startNs() {
        return sinks == null ? 0 : os.nanoTime();
    }

    /// Publishes what took some time.
    /// @param kind    one of [EventKind]
    /// @param node    the kernel's id, or [#ANY_NODE]
    /// @param bytes   as the kind says
    /// @param detail  as the kind says
    /// @param startNs what [#startNs] said when it began
    public void publishSince(int kind, int node, long bytes, long detail, long startNs) {
        EventSink[] now = sinks;
        if (now != null) {
            deliver(now, kind, node, bytes, detail, startNs == 0 ? 0 : os.nanoTime() - startNs);
        }
    }

    /// Publishes. Not under a lock that another thread may wait for.
    /// @param kind       one of [EventKind]
    /// @param node       the kernel's id, or [#ANY_NODE]
    /// @param bytes      as the kind says
    /// @param detail     as the kind says
    /// @param durationNs how long it took; 0 where that was not measured
    public void publish(int kind, int node, long bytes, long detail, long durationNs) {
        EventSink[] now = sinks;
        if (now != null) {
            deliver(now, kind, node, bytes, detail, durationNs);
        }
    }

    /// Whatever a sink throws, a full heap and the end of the stack included, must not reach the caller's malloc.
    private void deliver(EventSink[] to, int kind, int node, long bytes, long detail, long durationNs) {
        for (EventSink sink : to) {
            try {
                sink.accept(kind, node, bytes, detail, durationNs);
            } catch (Throwable refused) {
                lost.incrementAndGet();
            }
        }
    }

    /// Adds a listener, unless it is there already.
    /// @param sink ready to be called at once
    public synchronized void add(EventSink sink) {
        EventSink[] before = sinks;
        if (before == null) {
            sinks = new EventSink[] {sink};
        } else if (!Arrays.asList(before).contains(sink)) {
            EventSink[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = sink;
            sinks = after;
        }
    }

    /// Removes a listener, if it is there. It may be called for a moment longer, by threads that were about to.
    /// @param sink what was added
    public synchronized void remove(EventSink sink) {
        EventSink[] before = sinks;
        if (before != null) {
            List<EventSink> after = new ArrayList<>(Arrays.asList(before));
            after.remove(sink);
            sinks = after.isEmpty() ? null : after.toArray(new EventSink[0]);
        }
    }

    /// {@return events that a sink has thrown at}
    public long lost() {
        return lost.get();
    }
}
