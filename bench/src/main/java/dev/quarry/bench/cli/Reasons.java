// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/// Says in words what went wrong with a file.
final class Reasons {
    private Reasons() {}

    /// Which file, where the exception knows it, and what is wrong with it.
    static String sentence(IOException e) {
        return e instanceof FileSystemException failure && failure.getFile() != null
                ? failure.getFile() + ": " + reason(e)
                : reason(e);
    }

    /// What is wrong, without the name of the file where the exception tells the two apart.
    static String reason(IOException e) {
        if (e instanceof FileSystemException failure) {
            String reason = failure.getReason();
            return reason != null ? reason : words(e.getClass().getSimpleName());
        }
        return String.valueOf(e.getMessage());
    }

    /// Exceptions without a reason are named after it: `NoSuchFileException` is no such file.
    private static String words(String className) {
        return className
                .replaceFirst("Exception$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
