// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Which process this is, and which others run.
///
/// Linux tells it by files. `ProcessHandle` is asked elsewhere only: it makes a pool of threads, and each service has
/// this.
final class Processes {
    private static final Path PROC = Path.of("/proc");
    private static final Path SELF = PROC.resolve("self");

    private Processes() {}

    static long ownPid() {
        try {
            return Long.parseLong(Files.readSymbolicLink(SELF).toString());
        } catch (IOException | NumberFormatException | UnsupportedOperationException noSuchFile) {
            return ProcessHandle.current().pid();
        }
    }

    static boolean isAlive(long pid) {
        if (Files.exists(SELF, LinkOption.NOFOLLOW_LINKS)) {
            return Files.exists(PROC.resolve(Long.toString(pid)));
        }
        return ProcessHandle.of(pid).isPresent();
    }
}
