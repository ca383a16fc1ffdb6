// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

    static List<String> lines(Path file) {
        return read(file).lines().toList();
    }
}
