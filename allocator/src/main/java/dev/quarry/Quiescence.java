// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.invoke.VarHandle;

/// Tells whether a living thread is outside of some code, so that what it has to itself may be taken from it although
/// it uses neither lock nor fence nor any ordered access.
///
/// The protocol, in which the owner pays one plain read for each use:
///
/// 1. Each use begins with a read of a field that says whose the state is, and leaves to a slow path when that is not
///    the caller.
/// 2. Who takes the state away writes "nobody's" to that field, under a lock, and asks [#isOutside].
/// 3. If the owner is outside, the state is the taker's from then on. If not, the taker writes the owner's name again.
/// 4. The owner's slow path takes the lock and looks again: only there does it get state anew.
///
/// Why that is enough: the owner is found in a native method, waiting for something, with nothing of that code below.
/// The JVM looks at its stack under a handshake, which the owner has to pass before it runs Java code again: what was
/// written before is visible from then on. For the compiler a native method is a call that may change every field, so
/// no read of the field moves from behind it to before it. And a use that had begun would be on the stack: it calls
/// nothing native that waits, except inside of its own code.
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
        StackTraceElement[] stack = thread.getStackTrace();
        if (stack.length == 0 || !stack[0].isNativeMethod()) {
            return false;
        }
        for (StackTraceElement frame : stack) {
            for (String prefix : codePrefixes) {
                if (frame.getClassName().startsWith(prefix)) {
                    return false;
                }
            }
        }
        return true;
    }
}
