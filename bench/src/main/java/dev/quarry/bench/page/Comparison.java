// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// All allocators in one case, and how Quarry stands to the others.
///
/// @param label the case, for the reader
/// @param rows the allocators, in the order of the page
record Comparison(String label, List<Measured> rows) {
    /// Quarry's own rows that have a figure: its facade, its local arena.
    List<Measured> quarry() {
        return rows.stream()
                .filter(row -> row.group() == Group.QUARRY && row.value().isPresent())
                .toList();
    }

    /// Quarry as most callers have it: by its facade, without a flag.
    Optional<Measured> facade() {
        return quarry().stream().filter(row -> row.label().equals(Names.QUARRY)).findFirst();
    }

    Optional<Measured> best(Predicate<Group> isMeant) {
        return rows.stream()
                .filter(row -> isMeant.test(row.group()) && row.value().isPresent())
                .min(Comparator.comparingDouble(Measured::middle));
    }

    /// The best of all that are neither Quarry nor void.
    Optional<Measured> bestCompetitor() {
        return best(Group::isCompetitor);
    }

    /// What a row is compared with: its counterpart, if it has one here; else the best competitor.
    Optional<Measured> rival(Measured row) {
        Optional<Measured> counterpart = Names.counterpart(row.label())
                .flatMap(label -> rows.stream()
                        .filter(other ->
                                other.label().equals(label) && other.value().isPresent())
                        .findFirst());
        return counterpart.or(this::bestCompetitor);
    }

    /// A row's figure in multiples of its rival's.
    Optional<Spread> ratio(Measured row) {
        return rival(row)
                .map(Measured::middle)
                .filter(base -> base > 0)
                .flatMap(base -> row.value().map(value -> value.dividedBy(base)));
    }

    /// That row of Quarry's which stands worst to its rival.
    Optional<Measured> worst() {
        return quarry().stream()
                .filter(row -> ratio(row).isPresent())
                .max(Comparator.comparingDouble(row -> ratio(row).orElseThrow().middle()));
    }

    /// Its ratio.
    Optional<Spread> worstRatio() {
        return worst().flatMap(this::ratio);
    }

    /// Whether a row of Quarry's has a greater figure than its rival.
    boolean isLost() {
        return worstRatio().filter(ratio -> !Ratios.isUpTo(ratio.middle(), 1)).isPresent();
    }
}
