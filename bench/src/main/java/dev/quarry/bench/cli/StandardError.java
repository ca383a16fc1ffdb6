// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where messages go.
final class StandardError {
    private static final Path DESCRIPTOR = Path.of("/proc/self/fd/2");

    private StandardError() {}

    /// Whether a line that was written can be written over. Java itself knows only
    /// of standard input and output; where the system does not tell, it is taken for a file.
    static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(DESCRIPTOR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }
}
