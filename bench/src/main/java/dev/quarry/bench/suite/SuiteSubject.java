// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Who is measured, and how a process of it is started.
///
/// @param name        as in result files
/// @param group       what kind of allocator it is
/// @param version     of the library; empty for the harness
/// @param command     the beginning of the command line; the case's arguments follow
/// @param environment what is added to the process's environment
public record SuiteSubject(
        String name, Group group, String version, List<String> command, Map<String, String> environment) {
    /// Copies the collections.
    public SuiteSubject {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
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
