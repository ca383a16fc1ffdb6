// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The one figure by which allocators are compared in a case: the lower the better, and never 0. It is in the facts as
/// `figure`, as `committedFigure` where the allocator tells what it has committed, and in words as `figureMeaning`.
enum Figure {
    PEAK("greatest resident bytes over greatest requested bytes"),
    END("resident bytes over requested bytes, both at the end"),
    RESIDUE("resident bytes at the end, when nearly nothing is live, but at least 1 MiB, over the greatest requested"),
    /// The case puts its own figure into its facts.
    OWN("");

    static final String NAME = "figure";
    static final String COMMITTED_NAME = "committedFigure";
    static final String MEANING = "figureMeaning";

    /// Less than that is noise, in a JVM more than in C, and counts as so much.
    private static final long NOISE_BYTES = 1 << 20;

    private final String meaning;

    Figure(String meaning) {
        this.meaning = meaning;
    }

    void addTo(Map<String, @Nullable Object> facts, Reading peak, Reading end) {
        if (this == OWN) {
            return;
        }
        Reading held = this == PEAK ? peak : end;
        double requested = (this == END ? end : peak).requestedBytes();
        facts.put(NAME, aboveNoise(held.residentBytes()) / requested);
        facts.put(COMMITTED_NAME, held.isCommittedKnown() ? aboveNoise(held.committedBytes()) / requested : null);
        facts.put(MEANING, meaning);
    }

    /// {@return the bytes, or the least that counts}
    static double aboveNoise(long bytes) {
        return Math.max(bytes, NOISE_BYTES);
    }
}
