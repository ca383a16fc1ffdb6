// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Which processes a run consists of, and in which order: first one of each row, then another of each, and so on. What
/// drifts over the hours, such as a neighbour on the same machine, then hits all subjects alike and shows as a
/// difference between the processes of a row. Who begins a case changes from pass to pass.
///
/// @param scale     how much is measured
/// @param processes how many measure a row
/// @param cases     in the order of the result files
/// @param lineup    who takes part
public record Plan(Scale scale, int processes, List<SuiteCase> cases, Lineup lineup) {
    /// Copies the list.
    public Plan {
        cases = List.copyOf(cases);
    }

    /// All processes, in the order in which they run.
    public List<Step> steps() {
        return IntStream.rangeClosed(1, processes)
                .boxed()
                .flatMap(process -> cases.stream().flatMap(suiteCase -> pass(suiteCase, process)))
                .toList();
    }

    /// The processes of one row, in the order in which they run.
    List<Step> steps(SuiteCase suiteCase, SuiteSubject subject) {
        return IntStream.rangeClosed(1, processes(suiteCase))
                .mapToObj(process -> new Step(suiteCase, subject, process))
                .toList();
    }

    /// Who takes part in a case, in the order of the table.
    List<SuiteSubject> subjects(SuiteCase suiteCase) {
        return suiteCase.subjects(scale).stream()
                .map(lineup::subject)
                .flatMap(Optional::stream)
                .toList();
    }

    /// JMH repeats by forks of its own.
    private int processes(SuiteCase suiteCase) {
        return suiteCase.suite() == Suite.JMH ? 1 : processes;
    }

    private Stream<Step> pass(SuiteCase suiteCase, int process) {
        if (process > processes(suiteCase)) {
            return Stream.empty();
        }
        List<SuiteSubject> subjects = new ArrayList<>(subjects(suiteCase));
        Collections.rotate(subjects, 1 - process);
        return subjects.stream().map(subject -> new Step(suiteCase, subject, process));
    }
}
