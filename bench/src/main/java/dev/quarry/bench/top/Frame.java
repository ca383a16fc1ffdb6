// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveSnapshot;
import org.jspecify.annotations.Nullable;

/// What there is to show: a snapshot, and the one before it.
///
/// @param now        the snapshot
/// @param before     an older one of the same file; null where there is none
/// @param isAlive    whether the process runs
/// @param nowEpochMs when it was read, in milliseconds since the epoch
public record Frame(LiveSnapshot now, @Nullable LiveSnapshot before, boolean isAlive, long nowEpochMs) {
    private static final double NS_A_SECOND = 1e9;

    /// {@return whether rates can be told}
    boolean hasRates() {
        return before != null && seconds() > 0;
    }

    /// {@return by how much a counter grows in a second; 0 where that is not known}
    double rate(LiveCounter counter) {
        return before == null ? 0 : perSecond(now.get(counter) - before.get(counter));
    }

    /// {@return by how much a column of a size class grows in a second; 0 where that is not known}
    double classRate(int row, int column) {
        return before == null || row >= before.sizeClasses().size()
                ? 0
                : perSecond(now.sizeClasses().get(row)[column]
                        - before.sizeClasses().get(row)[column]);
    }

    /// {@return by how much a column of all size classes grows in a second}
    double classesRate(int column) {
        double sum = 0;
        for (int row = 0; row < now.sizeClasses().size(); row++) {
            sum += classRate(row, column);
        }
        return sum;
    }

    private double perSecond(long growth) {
        return seconds() > 0 ? growth / seconds() : 0;
    }

    private double seconds() {
        return before == null ? 0 : (now.snapshotNs() - before.snapshotNs()) / NS_A_SECOND;
    }

    /// {@return the sum of how often errors were seen}
    long errorCount() {
        return now.errors().stream().mapToLong(LiveSnapshot.ErrorEntry::count).sum()
                + now.get(LiveCounter.OTHER_ERRORS);
    }
}
