// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/// The kernel's text files. Sandboxes hide some and kernels lack others: one that cannot be read counts as empty.
final class TextFiles {
    private TextFiles() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    /// The lines that are not empty.
    static List<String> lines(Path file) {
        List<String> lines = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(read(file), "\n");
        while (tokens.hasMoreTokens()) {
            lines.add(tokens.nextToken());
        }
        return lines;
    }
}
