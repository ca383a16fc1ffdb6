// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.invoke.VarHandle;

/// Tells whether a living thread is outside of some code, so that what it has to itself may be taken from it although
/// it
/// uses neither lock nor fence.
///
/// The protocol, in which the owner pays one opaque read for each use:
///
/// 1. Each use begins with an opaque read of a word that says whose the state is, and leaves to a slow path when that
/// is
///    not the caller.
/// 2. Who takes the state away writes "nobody's" to that word, under a lock, and asks [#isOutside].
/// 3. If the owner is outside, the state is the taker's from then on. If not, the taker writes the owner's name again.
/// 4. The owner's slow path takes the lock and looks again: only there does it get state anew.
///
/// Why that is enough: to walk another thread's stack the JVM stops it at a safepoint, or finds it in native code or
/// blocked, and both are a full fence between the two. A use that had begun is on that stack, since compiled code has
/// its
/// frames of inlined methods described at each safepoint, and a use has none between its read and its last write. A use
/// that begins later reads what the taker wrote: an opaque read does not move across a safepoint.
public final class Quiescence {
    private Quiescence() {}

    /// Stops the thread for a moment and looks at its stack.
    ///
    /// Cost: tens of microseconds, and garbage.
    /// @param thread       alive or not
    /// @param codePrefixes how the names of the classes begin whose code is meant
    /// @return whether none of its frames is of that code; what the caller wrote before is seen by the thread from then
    /// on
    public static boolean isOutside(Thread thread, String... codePrefixes) {
        VarHandle.fullFence();
        for (StackTraceElement frame : thread.getStackTrace()) {
            for (String prefix : codePrefixes) {
                if (frame.getClassName().startsWith(prefix)) {
                    return false;
                }
            }
        }
        return true;
    }
}
