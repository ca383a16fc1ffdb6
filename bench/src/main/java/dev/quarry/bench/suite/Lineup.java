// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.List;
import java.util.Optional;

/// Who takes part on this machine, and who cannot and why.
///
/// @param subjects all that can run here
/// @param missing  those that cannot
public record Lineup(List<SuiteSubject> subjects, List<Missing> missing) {
    /// A subject that is not here.
    ///
    /// @param subject its name
    /// @param reason  how to get it, or what is in the way
    public record Missing(String subject, String reason) {}

    /// Copies the lists.
    public Lineup {
        subjects = List.copyOf(subjects);
        missing = List.copyOf(missing);
    }

    Optional<SuiteSubject> subject(String name) {
        return subjects.stream().filter(subject -> subject.name().equals(name)).findFirst();
    }
}
