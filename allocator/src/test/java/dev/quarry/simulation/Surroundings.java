// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

import dev.quarry.OffHeapAllocator;
import dev.quarry.Pressure;
import dev.quarry.numa.SimulatedCgroup;
import dev.quarry.numa.SimulatedMemory;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What goes on around the program: the other processes of its cgroup use memory, wait for it, and are killed. Knows
/// which level of pressure must follow, and which one the program was told last.
final class Surroundings {
    private static final long LIMIT_BYTES = 256L << 20;
    private static final long SEVERE_BYTES = LIMIT_BYTES / 100 * 94;
    private static final int SOME_SEVERE_CENTI = 20_00;
    private static final int FULL_SEVERE_CENTI = 5_00;

    /// Null where the machine tells nothing, and only the allocator's own limit counts.
    private final @Nullable SimulatedCgroup cgroup;

    private Pressure told = Pressure.NORMAL;
    private boolean isKnown;

    /// To be made before the allocator is. In most programs there is no cgroup: a reading looks at all memory.
    Surroundings(SplittableRandom random, SimulatedMemory memory) {
        this.cgroup = random.nextInt(6) == 0 ? memory.contain(LIMIT_BYTES) : null;
    }

    void tell(OffHeapAllocator allocator) {
        allocator.onPressure(level -> told = level);
    }

    /// {@return the level that the allocator said last}
    Pressure told() {
        return told;
    }

    /// Something happens.
    /// @return the least level that the next reading must lead to
    Pressure change(SplittableRandom random) {
        if (cgroup == null) {
            return Pressure.NORMAL;
        }
        // Who has not read before cannot see what has become more.
        boolean isCompared = isKnown;
        isKnown = true;
        switch (random.nextInt(5)) {
            case 0 -> {
                cgroup.useElsewhere(SEVERE_BYTES + random.nextLong(LIMIT_BYTES - SEVERE_BYTES));
                return Pressure.SEVERE;
            }
            case 1 -> {
                cgroup.useElsewhere(random.nextLong(SEVERE_BYTES));
                return Pressure.NORMAL;
            }
            case 2 -> {
                int someCenti = random.nextInt(2 * SOME_SEVERE_CENTI);
                int fullCenti = random.nextInt(someCenti / 4 + 1);
                cgroup.stall(someCenti, fullCenti);
                return someCenti > SOME_SEVERE_CENTI || fullCenti > FULL_SEVERE_CENTI
                        ? Pressure.SEVERE
                        : Pressure.NORMAL;
            }
            case 3 -> {
                cgroup.killAnother();
                return isCompared ? Pressure.SEVERE : Pressure.NORMAL;
            }
            default -> {
                cgroup.reachLimit();
                return Pressure.NORMAL;
            }
        }
    }

    void relax() {
        if (cgroup != null) {
            cgroup.useElsewhere(0);
            cgroup.stall(0, 0);
        }
    }
}
