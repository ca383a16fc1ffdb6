// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.MemoryReading;

/// Makes a level of readings. Up at once; down only after ten seconds below, and then to the highest level that was
/// seen meanwhile, so that it does not swing with each reading.
///
/// | level | at least one of these |
/// |---|---|
/// | severe | usage from `quarry.pressure.severe` on; a process was killed; in the last ten seconds some thread waited
/// for memory for more than 20 % of the time, or all of them for more than 5 % |
/// | moderate | usage from `quarry.pressure.moderate` on; some thread waited for more than 5 % of the time; the kernel
/// had to reclaim at the limit, and usage is less than ten percent below `quarry.pressure.moderate` |
///
/// Usage is that of the cgroup. Where nothing at all is told it is what the allocator has committed of its own limit.
///
/// Not thread-safe. Time is monotonic.
final class PressureLevels {
    /// How long it stays at a level that it has left.
    static final long LEAVE_NS = 10_000_000_000L;

    /// Below the threshold of moderate pressure: from here on an event counts, and readings come closer together.
    private static final int NEAR_PERMILLE = 100;

    private static final int SEVERE_SOME_CENTI = 20_00;
    private static final int SEVERE_FULL_CENTI = 5_00;
    private static final int MODERATE_SOME_CENTI = 5_00;

    private final int moderatePermille;
    private final int severePermille;
    private MemoryReading before = MemoryReading.NOTHING;
    private Pressure level = Pressure.NORMAL;
    private Pressure highestBelow = Pressure.NORMAL;
    private boolean isBelow;
    private long belowSinceNs;
    private boolean isNear;

    /// @param moderatePercent usage from which on pressure is moderate
    /// @param severePercent   usage from which on it is severe
    PressureLevels(int moderatePercent, int severePercent) {
        this.moderatePermille = moderatePercent * 10;
        this.severePermille = severePercent * 10;
    }

    /// {@return the level after one more reading}
    /// @param reading     what the system tells
    /// @param ownPermille what is committed of the allocator's own limit
    /// @param nowNs       monotonic time
    Pressure next(MemoryReading reading, int ownPermille, long nowNs) {
        int usedPermille = reading.isTold() ? reading.usedPermille() : ownPermille;
        isNear = usedPermille >= moderatePermille - NEAR_PERMILLE;
        Pressure seen = seen(reading, usedPermille);
        before = reading;
        if (seen.compareTo(level) >= 0) {
            level = seen;
            isBelow = false;
        } else if (!isBelow) {
            isBelow = true;
            belowSinceNs = nowNs;
            highestBelow = seen;
        } else {
            highestBelow = seen.compareTo(highestBelow) > 0 ? seen : highestBelow;
            if (nowNs - belowSinceNs >= LEAVE_NS) {
                level = highestBelow;
                isBelow = false;
            }
        }
        return level;
    }

    /// {@return whether readings should come close together: memory is short, or may soon be}
    boolean isNear() {
        return isNear || level != Pressure.NORMAL;
    }

    /// What one reading says, whatever the level was before.
    private Pressure seen(MemoryReading reading, int usedPermille) {
        if (usedPermille >= severePermille
                || reading.someAvg10Centi() > SEVERE_SOME_CENTI
                || reading.fullAvg10Centi() > SEVERE_FULL_CENTI
                || hasGrown(before.oomKills(), reading.oomKills())) {
            return Pressure.SEVERE;
        }
        boolean wasAtLimit = hasGrown(before.highEvents(), reading.highEvents())
                || hasGrown(before.maxEvents(), reading.maxEvents());
        return usedPermille >= moderatePermille
                        || reading.someAvg10Centi() > MODERATE_SOME_CENTI
                        || wasAtLimit && isNear
                ? Pressure.MODERATE
                : Pressure.NORMAL;
    }

    /// Whether a count is higher than before; what was not known before says nothing.
    private static boolean hasGrown(long before, long now) {
        return before >= 0 && now > before;
    }
}
