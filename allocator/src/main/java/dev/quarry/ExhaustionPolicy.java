// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// What a call does for which there is no memory, after everything was reclaimed. Not `tryMalloc`: that returns 0 at
/// once, whatever the policy.
///
/// @param kind   what it does
/// @param waitNs for [Kind#WAIT] how long it tries again; else 0
public record ExhaustionPolicy(Kind kind, long waitNs) {
    /// An [OutOfOffHeapMemoryError] at once.
    public static final ExhaustionPolicy THROW = new ExhaustionPolicy(Kind.THROW, 0);

    /// Asks the handler that [OffHeapAllocator#onExhaustion] was given; without one as [#THROW].
    public static final ExhaustionPolicy CALLBACK = new ExhaustionPolicy(Kind.CALLBACK, 0);

    /// Prints the diagnosis and ends the process.
    public static final ExhaustionPolicy HALT = new ExhaustionPolicy(Kind.HALT, 0);

    /// The four things that can be done.
    public enum Kind {
        /// An error at once.
        THROW,
        /// Tries again for a while, then an error. The caller's thread sleeps meanwhile: not for event loops.
        WAIT,
        /// Asks a handler whether to try again.
        CALLBACK,
        /// Ends the process: for services that are restarted, as `-XX:+ExitOnOutOfMemoryError` does for the heap.
        HALT
    }

    /// Checks the time.
    public ExhaustionPolicy {
        if (waitNs < 0 || kind != Kind.WAIT && waitNs != 0) {
            throw new IllegalArgumentException(kind + " with a time of " + waitNs + " ns");
        }
    }

    /// {@return a policy that tries again for a while}
    /// @param waitNs how long
    public static ExhaustionPolicy waiting(long waitNs) {
        return new ExhaustionPolicy(Kind.WAIT, waitNs);
    }
}
