// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.jfr.FlightRecording;
import javax.management.MBeanServerFactory;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// Shows an allocator in the JVM's own tools, the Flight Recorder and JMX, from when they are there.
///
/// They are looked for on each tick of the maintenance, which costs a field read and a short list; until they are found
/// one class of the JDK is loaded for each. Event classes are loaded in the thread that looks, which is in no
/// allocation.
///
/// Thread-safe. Its lock is taken by ticks, start and close, and with no lock held that the allocator's figures need:
/// tools ask for those under locks of their own.
final class JvmTools {
    private final OffHeapAllocator allocator;
    private final String name;
    private final AllocatorConfig config;
    private volatile boolean isDone;
    private boolean looksForRecorder = true;
    private boolean looksForServer;
    private @Nullable FlightRecording recording;
    private @Nullable ManagementBeans beans;

    /// @param name of the allocator, with those of its parents before it
    JvmTools(OffHeapAllocator allocator, String name) {
        this.allocator = allocator;
        this.name = name;
        this.config = allocator.config();
        this.looksForServer = config.jmx() == JmxMode.AUTO;
    }

    /// The first look. Where the allocator has a thread for its maintenance, that one looks.
    synchronized void start() {
        if (config.jmx() == JmxMode.ON) {
            beans = ManagementBeans.register(allocator, name);
        }
        if (config.maintenance() != MaintenanceMode.THREAD) {
            look();
        }
    }

    /// Looks for what has not been found yet.
    void look() {
        if (!isDone) {
            lookAgain();
        }
    }

    private synchronized void lookAgain() {
        if (looksForRecorder && isRecorderThere()) {
            looksForRecorder = false;
            attach();
        }
        if (looksForServer && isServerThere()) {
            looksForServer = false;
            beans = ManagementBeans.register(allocator, name);
        }
        isDone = !looksForRecorder && !looksForServer;
    }

    /// Takes the allocator out of the tools.
    synchronized void close() {
        looksForRecorder = false;
        looksForServer = false;
        isDone = true;
        if (recording != null) {
            recording.detach();
            recording = null;
        }
        if (beans != null) {
            beans.unregister();
            beans = null;
        }
    }

    private void attach() {
        try {
            recording = RecordedAllocator.record(allocator, name);
        } catch (RuntimeException refused) {
            allocator.space().note("the Flight Recorder refused the allocator's events: " + refused);
        }
    }

    private boolean isRecorderThere() {
        try {
            return FlightRecorder.isInitialized();
        } catch (LinkageError absent) {
            // A runtime image without the module jdk.jfr.
            looksForRecorder = false;
            return false;
        }
    }

    private boolean isServerThere() {
        try {
            return !MBeanServerFactory.findMBeanServer(null).isEmpty();
        } catch (LinkageError absent) {
            // A runtime image without the module java.management.
            looksForServer = false;
            return false;
        }
    }
}
