// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.Locale;

/// How much is measured. Figures of different scales are figures of different work: they are never compared.
public enum Scale {
    /// A look at everything within ten minutes on two cores. One process a row: what differs from process to process,
    /// such as where pages lie and what was compiled, stays unknown.
    QUICK(1),
    /// The sizes of the specifications, and processes enough for an interval.
    FULL(3);

    private final int processes;

    Scale(int processes) {
        this.processes = processes;
    }

    /// How many processes measure a row, unless the user says otherwise.
    public int processes() {
        return processes;
    }

    /// The name as on command lines and in result files.
    public String argument() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The scale of that name.
    ///
    /// @throws IllegalArgumentException when there is none
    public static Scale of(String argument) {
        return valueOf(argument.toUpperCase(Locale.ROOT));
    }
}
