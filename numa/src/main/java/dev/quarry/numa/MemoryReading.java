// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// What a [MemoryGauge] shows at one moment; [#UNKNOWN] in each part that the system does not tell.
///
/// @param usedBytes     what the cgroup uses that has the least part of its limit left, of the process's own and those
///     around it; without the pages of files that go first when memory is needed
/// @param limitBytes    the limit of that cgroup, the lower one of `memory.max` and `memory.high`
/// @param highEvents    how often a cgroup was slowed down because it was above `memory.high`
/// @param maxEvents     how often a cgroup was about to go above its limit, so that the kernel had to reclaim first
/// @param oomKills      how many processes the kernel has killed for want of memory
/// @param someAvg10Centi the part of the last ten seconds in which some thread waited for memory, in hundredths of a
///     percent: of the own cgroup, or where it does not tell of the system
/// @param fullAvg10Centi the part of the time in which all did
public record MemoryReading(
        long usedBytes,
        long limitBytes,
        long highEvents,
        long maxEvents,
        long oomKills,
        int someAvg10Centi,
        int fullAvg10Centi) {
    /// The value of a part that the system does not tell.
    public static final int UNKNOWN = -1;

    /// Nothing is told.
    public static final MemoryReading NOTHING =
            new MemoryReading(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    /// How much of the limit is used.
    ///
    /// @return thousandths, 1000 or more at the limit; [#UNKNOWN] where there is no limit
    public int usedPermille() {
        boolean isKnown = usedBytes >= 0 && limitBytes > 0;
        return isKnown ? (int) Math.min(Integer.MAX_VALUE, usedBytes / (limitBytes / 1000.0)) : UNKNOWN;
    }

    /// Whether anything is told by which one could say how short memory is.
    ///
    /// @return false on a system that tells neither usage nor waiting
    public boolean isTold() {
        return usedPermille() != UNKNOWN || someAvg10Centi != UNKNOWN;
    }
}
