// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The operating system's threads: which of them runs the caller, and a fence that all of them pass.
///
/// With both, something can belong to one of the system's threads, which uses it by plain loads and stores, and yet be
/// taken away by another: who takes it says so, has all threads pass the fence, and looks whether the owner is in the
/// midst of it. The owner pays nothing for that but the compiler's order of a store and a load (asymmetric Dekker
/// synchronization; HotSpot does the same with `-XX:+UseSystemMemoryBarrier`).
///
/// A virtual thread runs on a platform thread, its *carrier*, and can be on another one after any call that may block.
/// Until then it is alone on it.
///
/// Thread-safe; [#current] makes no garbage.
public interface OsThreads {
    /// In place of a number: not known.
    long NOBODY = 0;

    /// Of a system that tells nothing.
    OsThreads UNKNOWN = new OsThreads() {
        @Override
        public boolean areKnown() {
            return false;
        }

        @Override
        public long current() {
            return NOBODY;
        }

        @Override
        public boolean fence() {
            return false;
        }
    };

    /// Whether [#current] and [#fence] work here. Found out at the first call.
    ///
    /// @return whether they do
    boolean areKnown();

    /// The thread that runs the caller. Of those alive at one time each has another number; one that has ended may
    /// leave its number to a later one.
    ///
    /// @return its number; [#NOBODY] where that is not known
    long current();

    /// Makes each thread of this process pass a full memory fence: what it stored before it is seen by the caller
    /// afterwards, and what it loads behind it sees what the caller stored before the call.
    ///
    /// Costs a system call and an interrupt of each cpu on which a thread of this process runs.
    ///
    /// @return whether they have; false where the system refuses
    boolean fence();
}
