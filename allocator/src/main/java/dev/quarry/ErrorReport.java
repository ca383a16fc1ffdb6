// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.error.DistinctError;
import dev.quarry.internal.error.DistinctErrors;
import java.time.Instant;
import java.util.Locale;

/// The report's section of what went wrong; nothing where nothing did.
final class ErrorReport {
    private ErrorReport() {}

    static void write(DistinctErrors errors, StringBuilder out) {
        if (errors.size() == 0) {
            return;
        }
        line(out, "");
        line(out, "errors");
        for (DistinctError error : errors.entries()) {
            line(
                    out,
                    "%,14d   %s; first %s, last %s",
                    error.count(),
                    error,
                    Instant.ofEpochMilli(error.firstEpochMs()),
                    Instant.ofEpochMilli(error.lastEpochMs()));
            if (!error.example().isEmpty()) {
                line(out, "%-14s   the first: %s", "", error.example());
            }
        }
        if (errors.others() != 0) {
            line(out, "%,14d   others, of too many kinds to tell apart", errors.others());
        }
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append(System.lineSeparator());
    }
}
