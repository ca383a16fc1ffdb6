// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.List;
import java.util.stream.Stream;

/// The cases that a user means by their names: of a case, by its id, or of a whole suite.
public final class SuiteNames {
    private final List<SuiteCase> cases;

    public SuiteNames(List<SuiteCase> cases) {
        this.cases = List.copyOf(cases);
    }

    /// Every name that means something.
    public List<String> all() {
        return cases.stream()
                .flatMap(suiteCase -> Stream.of(
                        suiteCase.name(), suiteCase.id(), suiteCase.suite().label()))
                .distinct()
                .toList();
    }

    /// Whether a name means something.
    public boolean isKnown(String name) {
        return cases.stream().anyMatch(suiteCase -> suiteCase.isCalled(name));
    }

    /// The cases that any of the names means, in the order of the catalog; all that the scale has where there are none.
    public List<SuiteCase> select(List<String> names, Scale scale) {
        return cases.stream()
                .filter(suiteCase -> names.isEmpty()
                        ? scale == Scale.FULL || suiteCase.isQuick()
                        : names.stream().anyMatch(suiteCase::isCalled))
                .toList();
    }
}
