// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Decides what becomes of a call for which there is no memory, with `quarry.exhaustion=callback`.
///
/// Called by the thread that wanted memory, under no lock of the allocator; it may free, and may allocate: a call of
/// its own for which there is none gets the error at once. What it throws is taken for a "no" and counted; a handler
/// that threw three times is not asked again.
@FunctionalInterface
public interface ExhaustionHandler {
    /// Decides. May free memory, or wait for others to do so.
    /// @param byteSize what was asked for
    /// @param attempt  how often this call has asked already: 0 the first time
    /// @return whether to try again; if not, the call ends with an [OutOfOffHeapMemoryError]
    boolean tryAgain(long byteSize, int attempt);
}
