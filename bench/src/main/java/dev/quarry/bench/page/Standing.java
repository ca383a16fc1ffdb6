// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How Quarry stands in a case, in words.
///
/// @param verb what is compared, with a place for the ratio: `takes %s the time of`
/// @param unit of the figures
record Standing(String verb, String unit) {
    /// A sentence for each row of Quarry's and each competitor that matters: the best of all, and the best in Java if
    /// that is another.
    List<String> of(Comparison comparison) {
        List<Measured> quarry = comparison.quarry();
        if (quarry.isEmpty()) {
            return List.of("Quarry has no figure here.");
        }
        Optional<Measured> best = comparison.bestCompetitor();
        if (best.isEmpty()) {
            return List.of("No competitor has a figure here.");
        }
        List<String> sentences = new ArrayList<>();
        for (Measured row : quarry) {
            sentences.add(of(comparison, row));
        }
        Optional<Measured> bestInJava = comparison.best(group -> group == Group.JAVA);
        if (bestInJava.isPresent() && !bestInJava.equals(best)) {
            Measured first = quarry.get(0);
            sentences.add(Words.standing(verb, first, bestInJava.get(), "the best in Java", unit));
        }
        return sentences;
    }

    /// A sentence about one row of Quarry's, where there is a competitor.
    String of(Comparison comparison, Measured row) {
        Measured rival = comparison.rival(row).orElseThrow();
        String rank = comparison.bestCompetitor().filter(rival::equals).isPresent()
                ? "the best competitor"
                : "its counterpart";
        return Words.standing(verb, row, rival, rank, unit);
    }
}
