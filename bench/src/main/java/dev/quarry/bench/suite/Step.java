// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.List;

/// One process of a run.
///
/// @param suiteCase what is asked
/// @param subject   who is asked
/// @param process   from 1: which of the processes of this row it is
public record Step(SuiteCase suiteCase, SuiteSubject subject, int process) {
    /// The name of the file that keeps what the process said.
    String fileName() {
        return "%s-%s-%d.json".formatted(suiteCase.label().replace(' ', '-'), subject.name(), process);
    }

    List<String> command(Scale scale) {
        return subject.command(suiteCase, scale);
    }
}
