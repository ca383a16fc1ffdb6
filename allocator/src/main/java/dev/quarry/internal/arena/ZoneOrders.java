// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.Zone;
import org.jspecify.annotations.Nullable;

/// In which order one policy asks the zones: by where the thread runs, or in turn. Immutable.
final class ZoneOrders {
    private final Zone[][] rows;
    private final boolean inTurn;
    private final @Nullable Zone byOsPage;

    /// @param rows     each row the zones in their order: a row for each source, or for each turn
    /// @param inTurn   whether the rows are turns
    /// @param byOsPage the zone whose OS pages the kernel spreads, for the spans of a policy in turn; null where spans
    ///     go in turn themselves
    ZoneOrders(Zone[][] rows, boolean inTurn, @Nullable Zone byOsPage) {
        this.rows = rows;
        this.inTurn = inTurn;
        this.byOsPage = byOsPage;
    }

    /// {@return how many rows there are}
    int rows() {
        return rows.length;
    }

    /// {@return the zones in the order of one row; not to be changed}
    Zone[] row(int index) {
        return rows[index];
    }

    /// {@return whether the rows are turns}
    boolean inTurn() {
        return inTurn;
    }

    /// {@return the zone for spans that the kernel spreads, or null}
    @Nullable
    Zone byOsPage() {
        return byOsPage;
    }

    /// {@return whether the zones depend on where the thread runs}
    boolean follows() {
        if (!inTurn) {
            for (Zone[] row : rows) {
                if (row[0] != rows[0][0]) {
                    return true;
                }
            }
        }
        return false;
    }
}
