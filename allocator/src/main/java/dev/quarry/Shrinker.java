// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// A cache above the allocator that can give up blocks when memory is short. The kernel's word.
///
/// It is called by the maintenance agent when a zone falls below its low watermark or memory pressure is severe, and by
/// a thread for whose call there is no memory, before that fails: never under a lock of the allocator, never by two
/// threads at once, and not from inside of itself. One that throws three times is dropped, and the report says so.
public interface Shrinker {
    /// {@return how many bytes it could give up now, about; 0 for none} Should be cheap.
    long shrinkableBytes();

    /// Gives up blocks: frees them.
    /// @param wantedBytes about how much is wanted
    /// @return how many bytes were freed, about
    long shrink(long wantedBytes);

    /// {@return what it costs to get back what is given up, in any unit: the cheapest are asked first}
    default int cost() {
        return 0;
    }

    /// {@return a name for the report}
    default String name() {
        return getClass().getSimpleName();
    }
}
