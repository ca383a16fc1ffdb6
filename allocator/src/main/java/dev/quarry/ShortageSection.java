// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.slab.Space;
import dev.quarry.internal.slab.Watermarks;
import dev.quarry.internal.slab.Zone;
import java.util.Locale;

/// The part of the report that tells how far each zone is from being short of memory, and what was done about it.
final class ShortageSection {
    private static final String[] LEVELS = {"enough", "below low", "below min"};

    private ShortageSection() {}

    static String text(Space space, ArenaPool pool, Shrinkers shrinkers, Maintenance maintenance) {
        StringBuilder out = new StringBuilder();
        Watermarks marks = space.watermarks();
        line(out, "");
        line(
                out,
                "%-14s min %,d, low %,d, high %,d bytes a zone",
                "watermarks",
                marks.minBytes(),
                marks.lowBytes(),
                marks.highBytes());
        for (Zone zone : space.zones()) {
            String name = zone.node() == Zone.SPREAD ? "interleaved" : "node " + zone.node();
            line(out, "%-14s %,20d   bytes available: %s", name, zone.availableBytes(), LEVELS[zone.level()]);
        }
        line(
                out,
                "%-14s %,20d   by allocating threads",
                "reclaims",
                pool.upkeep().directReclaims());
        line(out, "%-14s %,20d   starts of its thread", "maintenance", maintenance.starts());
        shrinkers.describe().forEach(each -> line(out, "%s", each));
        return out.toString();
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append(System.lineSeparator());
    }
}
