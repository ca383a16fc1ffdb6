// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.internal.event.EventSink;
import java.util.List;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;

/// Passes one allocator's events on to the Flight Recorder, for as long as the allocator is open.
///
/// Thread-safe. While no recording wants a kind, an event of it costs a virtual call.
public final class FlightRecording implements EventSink {
    private final EventHub events;
    private final Subject subject;
    private final String name;
    private final long limitBytes;

    /// By kind, an event that is never committed: it tells whether any recording wants the others.
    private final Event[] probes = new Event[EventKind.COUNT];

    private final Runnable statistics = this::commitStatistics;
    private final Runnable configuration = this::commitConfiguration;

    private FlightRecording(EventHub events, Subject subject) {
        this.events = events;
        this.subject = subject;
        this.name = subject.name();
        this.limitBytes = subject.limitBytes();
        probes[EventKind.REFILL] = new RefillEvent();
        probes[EventKind.FLUSH] = new FlushEvent();
        probes[EventKind.COMMIT] = new CommitEvent();
        probes[EventKind.PURGE] = new PurgeEvent();
        probes[EventKind.RECLAIM] = new ReclaimEvent();
        probes[EventKind.EXHAUSTED] = new ExhaustedEvent();
        probes[EventKind.ADOPTION_ENDED] = new AdoptionEvent();
        probes[EventKind.ADOPTION_IDLE] = new AdoptionEvent();
        probes[EventKind.PRESSURE] = new PressureEvent();
        probes[EventKind.NOTE] = new NoteEvent();
    }

    /// Begins to pass events on. Loads and registers all that is needed: the calling thread must be in no allocator.
    /// @param events  of the allocator
    /// @param subject the allocator
    /// @return to be detached when the allocator is closed
    public static FlightRecording attach(EventHub events, Subject subject) {
        FlightRecording recording = new FlightRecording(events, subject);
        FlightRecorder.addPeriodicEvent(StatisticsEvent.class, recording.statistics);
        FlightRecorder.addPeriodicEvent(ConfigurationEvent.class, recording.configuration);
        events.add(recording);
        // The chunk that is being written has begun without it.
        recording.commitConfiguration();
        return recording;
    }

    /// Ends it.
    public void detach() {
        events.remove(this);
        FlightRecorder.removePeriodicEvent(statistics);
        FlightRecorder.removePeriodicEvent(configuration);
    }

    @Override
    public void accept(int kind, int node, long bytes, long detail, long durationNs) {
        if (!probes[kind].isEnabled()) {
            return;
        }
        switch (kind) {
            case EventKind.REFILL -> RefillEvent.commit(name, node, bytes, detail);
            case EventKind.FLUSH -> FlushEvent.commit(name, node, bytes, detail);
            case EventKind.COMMIT -> CommitEvent.commit(name, node, bytes, detail, durationNs);
            case EventKind.PURGE -> PurgeEvent.commit(name, node, bytes, detail, durationNs);
            case EventKind.RECLAIM -> ReclaimEvent.commit(name, bytes, detail, durationNs);
            case EventKind.EXHAUSTED -> ExhaustedEvent.commit(name, bytes, detail, limitBytes);
            case EventKind.ADOPTION_ENDED -> AdoptionEvent.commit(name, detail, "ended");
            case EventKind.ADOPTION_IDLE -> AdoptionEvent.commit(name, detail, "idle");
            case EventKind.PRESSURE -> PressureEvent.commit(name, detail, bytes);
            case EventKind.NOTE -> NoteEvent.commit(name, note((int) detail));
            default -> throw new IllegalArgumentException("no kind of event: " + kind);
        }
    }

    private String note(int count) {
        List<String> notes = subject.notes();
        return count <= notes.size() ? notes.get(count - 1) : "";
    }

    private void commitStatistics() {
        try {
            StatisticsEvent.commit(name, subject.stats());
        } catch (IllegalStateException closed) {
            // The allocator was closed a moment ago: its last figures have been written.
            return;
        }
    }

    private void commitConfiguration() {
        for (Subject.Option option : subject.options()) {
            ConfigurationEvent.commit(name, option);
        }
    }
}
