// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.Locale;
import java.util.Optional;

/// Figures as they stand in tables.
final class Cells {
    static final String NONE = "–";

    private Cells() {}

    static String range(Spread ns) {
        return Words.time(ns.low()) + " to " + Words.time(ns.high());
    }

    static String ratio(Optional<Spread> ratio) {
        return ratio.map(spread -> Words.number(spread.middle())).orElse(NONE);
    }

    static String bytes(Optional<Spread> bytes) {
        return bytes.map(spread -> Words.bytes(spread.middle())).orElse(NONE);
    }

    static String count(Optional<Spread> count) {
        return count.map(spread -> String.format(Locale.ROOT, "%,.0f", spread.middle()))
                .orElse(NONE);
    }
}
