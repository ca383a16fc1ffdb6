// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Who wants to know of [Pressure], and what each was told last.
///
/// [#tell] is for one thread at a time; the rest is thread-safe.
final class PressureListeners {
    private static final int MAX_FAILURES = 3;

    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    /// @param isOver whether the listener's allocator is closed, so that it need not be told any more
    Registration add(PressureListener listener, BooleanSupplier isOver) {
        Entry entry = new Entry(listener, isOver);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /// Tells everyone who was told another level last.
    /// @param level   now
    /// @param dropped takes a sentence on each listener that has failed too often
    void tell(Pressure level, Consumer<String> dropped) {
        entries.removeIf(entry -> entry.isOver.getAsBoolean());
        for (Entry entry : entries) {
            if (entry.told != level) {
                entry.told = level;
                tell(entry, level, dropped);
            }
        }
    }

    /// Whatever a listener throws must not end the maintenance.
    private void tell(Entry entry, Pressure level, Consumer<String> dropped) {
        try {
            entry.listener.onPressure(level);
        } catch (Throwable failure) {
            if (++entry.failures >= MAX_FAILURES) {
                entries.remove(entry);
                dropped.accept(
                        "the pressure listener " + entry.listener.getClass().getName() + " has thrown " + MAX_FAILURES
                                + " times and is dropped; the last time: " + failure);
            }
        }
    }

    /// What is known of a listener; its fields belong to the thread that tells.
    private static final class Entry {
        private final PressureListener listener;
        private final BooleanSupplier isOver;
        private Pressure told = Pressure.NORMAL;
        private int failures;

        Entry(PressureListener listener, BooleanSupplier isOver) {
            this.listener = listener;
            this.isOver = isOver;
        }
    }
}
