// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.util.internal.PlatformDependent;
import jdk.jfr.FlightRecorder;

/// Records events of the flight recorder, where there is one (`io.netty.jfr.enabled` says so, as for Netty's own) and a
/// recording asks for them. Where none does, each method is one check.
final class BufferEvents {
    private static volatile boolean areRegistered;

    private BufferEvents() {}

    /// A buffer begins.
    /// @param buffer      as it begins
    /// @param pooled      whether its memory is of the kind that is used again
    /// @param threadLocal whether it comes from the calling thread's own arena or cache
    static void allocate(RecycledByteBuf buffer, boolean pooled, boolean threadLocal) {
        if (isRecorderInUse() && Probes.ALLOCATE.isEnabled()) {
            BufferEvent.Allocate event = new BufferEvent.Allocate();
            event.describe(buffer, addressOf(buffer));
            event.chunkPooled = pooled;
            event.chunkThreadLocal = threadLocal;
            event.commit();
        }
    }

    /// A buffer outgrows its memory.
    /// @param buffer      as it was
    /// @param newCapacity wanted
    static void reallocate(RecycledByteBuf buffer, int newCapacity) {
        if (isRecorderInUse() && Probes.REALLOCATE.isEnabled()) {
            BufferEvent.Reallocate event = new BufferEvent.Reallocate();
            event.describe(buffer, addressOf(buffer));
            event.newCapacity = newCapacity;
            event.commit();
        }
    }

    /// A buffer was released for the last time.
    /// @param buffer       as it was
    /// @param blockAddress of its memory; 0 for a heap buffer
    static void free(RecycledByteBuf buffer, long blockAddress) {
        if (isRecorderInUse() && Probes.FREE.isEnabled()) {
            BufferEvent.Free event = new BufferEvent.Free();
            event.describe(buffer, blockAddress);
            event.commit();
        }
    }

    /// Whether events can be asked for: anything was ever recorded in this JVM, and their classes are there. To ask one
    /// whether it is enabled registers it, and with the first one the flight recorder reads the descriptions of all
    /// events that there are: 7 MiB.
    private static boolean isRecorderInUse() {
        return PlatformDependent.isJfrEnabled() && FlightRecorder.isInitialized() && (areRegistered || register());
    }

    /// Registers the events if there is a recorder in use, so that virtual threads find them. Called when an allocator
    /// is made, and by the maintenance.
    static void registerIfWanted() {
        isRecorderInUse();
    }

    /// Registers the events. A virtual thread would pin its carrier, and others would wait for it on theirs: it leaves
    /// that to a platform thread, at the latest the maintenance's.
    private static boolean register() {
        if (Thread.currentThread().isVirtual()) {
            return false;
        }
        Probes.ALLOCATE.isEnabled();
        areRegistered = true;
        return true;
    }

    private static long addressOf(RecycledByteBuf buffer) {
        return buffer.hasMemoryAddress() ? buffer.memoryAddress() : 0;
    }

    /// Asked only where the flight recorder is in use: without its module the classes of events cannot be loaded.
    private static final class Probes {
        static final BufferEvent ALLOCATE = new BufferEvent.Allocate();
        static final BufferEvent REALLOCATE = new BufferEvent.Reallocate();
        static final BufferEvent FREE = new BufferEvent.Free();
    }
}
