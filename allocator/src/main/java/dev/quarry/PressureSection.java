// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.MemoryReading;
import java.util.Locale;

/// The pressure in the text report: the level, and what of the last reading is known.
final class PressureSection {
    private PressureSection() {}

    static String text(PressureMonitor monitor) {
        MemoryReading reading = monitor.lastReading();
        StringBuilder out = new StringBuilder(256);
        out.append(System.lineSeparator());
        out.append("pressure       ").append(monitor.level());
        if (!reading.isTold()) {
            out.append("; the system has told nothing");
        }
        if (reading.usedPermille() != MemoryReading.UNKNOWN) {
            out.append(String.format(
                    Locale.ROOT,
                    "; cgroup uses %,d of %,d (%.1f %%)",
                    reading.usedBytes(),
                    reading.limitBytes(),
                    reading.usedPermille() / 10.0));
        }
        count(out, "slowed down at high", reading.highEvents());
        count(out, "at the limit", reading.maxEvents());
        count(out, "processes killed", reading.oomKills());
        percent(out, "some waited", reading.someAvg10Centi());
        percent(out, "all waited", reading.fullAvg10Centi());
        return out.append(System.lineSeparator()).toString();
    }

    private static void count(StringBuilder out, String name, long count) {
        if (count != MemoryReading.UNKNOWN) {
            out.append("; ").append(name).append(' ').append(count);
        }
    }

    private static void percent(StringBuilder out, String name, int hundredths) {
        if (hundredths != MemoryReading.UNKNOWN) {
            out.append(String.format(Locale.ROOT, "; %s %.2f %% of ten seconds", name, hundredths / 100.0));
        }
    }
}
