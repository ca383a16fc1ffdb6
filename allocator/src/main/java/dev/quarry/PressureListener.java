// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Is told when memory gets short and when it is plenty again, so that caches above the allocator can shrink too.
///
/// Called from the thread that runs the maintenance, without any lock held, and never by two threads at a time, also
/// for different listeners. It may allocate, free, and register or end registrations. It should be quick, since the
/// maintenance waits for it. One that has thrown three times is dropped, which the report tells.
@FunctionalInterface
public interface PressureListener {
    /// The level is another one than this listener was told last; before the first call that is [Pressure#NORMAL].
    ///
    /// @param pressure the level now
    void onPressure(Pressure pressure);
}
