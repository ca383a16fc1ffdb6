// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Who is measured, and how a process of it is started.
///
/// @param name        as in result files
/// @param group       what kind of allocator it is
/// @param version     of the library; empty for the harness
/// @param launcher    the beginning of the command line: a JVM with its flags, or a program
/// @param program     for a JVM its class path, main class and first argument, else nothing; the case's arguments
///     follow
/// @param environment what is added to the process's environment
public record SuiteSubject(
        String name,
        Group group,
        String version,
        List<String> launcher,
        List<String> program,
        Map<String, String> environment) {
    /// Copies the collections.
    public SuiteSubject {
        launcher = List.copyOf(launcher);
        program = List.copyOf(program);
        environment = Map.copyOf(environment);
    }

    /// The command line of a process.
    List<String> command(SuiteCase suiteCase, Scale scale) {
        List<String> command = new ArrayList<>(launcher);
        if (!program.isEmpty()) {
            command.addAll(suiteCase.suite().jvmFlags());
            command.addAll(program);
        }
        command.addAll(suiteCase.arguments(scale));
        return command;
    }

    /// What kind of allocator a subject is.
    public enum Group {
        QUARRY,
        JAVA,
        NATIVE,
        /// The harness with an allocator that does nothing.
        VOID;

        /// The name in result files.
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
