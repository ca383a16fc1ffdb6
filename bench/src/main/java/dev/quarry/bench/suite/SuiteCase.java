// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Something that is asked of all subjects alike.
///
/// @param suite    what kind of case it is
/// @param name     as on command lines and in result files; unique in its suite, but for the number of threads
/// @param threads  how many workers a process has; 0 for as many as there are processors, or as the case itself says
/// @param id       the short name by which it is known, such as `W1`; of a JMH suite its name
/// @param question one sentence: what this asks
/// @param unit     of its figure
/// @param seconds  about how long a process takes; for the time left and the time limit
/// @param subjects the names of those of whom it is asked, in the order of the table
/// @param others   those of whom a full run asks it as well
/// @param isQuick  whether a quick run has it that names no cases
public record SuiteCase(
        Suite suite,
        String name,
        int threads,
        String id,
        String question,
        String unit,
        Seconds seconds,
        List<String> subjects,
        List<String> others,
        boolean isQuick) {
    private static final Duration BASE_LIMIT = Duration.ofMinutes(1);
    private static final int LIMIT_FACTOR = 10;

    /// Copies the lists.
    public SuiteCase {
        subjects = List.copyOf(subjects);
        others = List.copyOf(others);
    }

    /// About how long a process takes.
    ///
    /// @param quick in a quick run
    /// @param full  in a full run
    public record Seconds(int quick, int full) {
        int at(Scale scale) {
            return scale == Scale.QUICK ? quick : full;
        }
    }

    /// The same for so many threads.
    SuiteCase withThreads(int count) {
        return new SuiteCase(suite, name, count, id, question, unit, seconds, subjects, others, isQuick);
    }

    /// The same without one of the others.
    SuiteCase without(String other) {
        List<String> rest =
                others.stream().filter(subject -> !subject.equals(other)).toList();
        return new SuiteCase(suite, name, threads, id, question, unit, seconds, subjects, rest, isQuick);
    }

    /// The same, but no part of a quick run.
    SuiteCase onlyInFullRuns() {
        return new SuiteCase(suite, name, threads, id, question, unit, seconds, subjects, others, false);
    }

    /// The name that is unique among all cases.
    public String label() {
        return suite.label() + " " + name + (threads == 0 ? "" : " " + threads);
    }

    /// What the command line of a process ends with.
    List<String> arguments(Scale scale) {
        Stream<String> count = threads == 0 ? Stream.of() : Stream.of(Integer.toString(threads));
        return Stream.concat(Stream.of(suite.argument(), name, scale.argument()), count)
                .toList();
    }

    /// The names of those of whom it is asked.
    List<String> subjects(Scale scale) {
        return scale == Scale.QUICK
                ? subjects
                : Stream.concat(subjects.stream(), others.stream()).toList();
    }

    /// Whether this is the case, or one of the cases, that a user means.
    boolean isCalled(String text) {
        return text.equalsIgnoreCase(name) || text.equalsIgnoreCase(id) || text.equalsIgnoreCase(suite.label());
    }

    /// About how long a process takes.
    Duration expected(Scale scale) {
        return Duration.ofSeconds(seconds.at(scale));
    }

    /// After which time a process is ended: a subject that takes many times as long as the others is still a row.
    Duration limit(Scale scale) {
        return BASE_LIMIT.plus(expected(scale).multipliedBy(LIMIT_FACTOR));
    }
}
