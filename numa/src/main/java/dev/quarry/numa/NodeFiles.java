// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a directory in the form of `/sys/devices/system/node` says of single nodes. A file that is missing or makes no
/// sense counts as unknown.
final class NodeFiles {
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d{1,15}) kB");
    private static final Pattern FREE = Pattern.compile("MemFree:\\s+(\\d{1,15}) kB");
    private static final NodeFiles SYSTEM = new NodeFiles(Path.of("/sys/devices/system/node"));

    private final Path root;

    NodeFiles(Path root) {
        this.root = root;
    }

    /// Those of this machine.
    static NodeFiles system() {
        return SYSTEM;
    }

    long totalBytes(int id) {
        return kilobytes(id, TOTAL);
    }

    long freeBytes(int id) {
        return kilobytes(id, FREE);
    }

    private long kilobytes(int id, Pattern line) {
        Matcher matcher = line.matcher(read(id, "meminfo"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : NativeMemory.UNKNOWN;
    }

    /// The text of a file of a node; empty where it cannot be read.
    String read(int id, String name) {
        try {
            return Files.readString(root.resolve("node" + id).resolve(name));
        } catch (IOException e) {
            return "";
        }
    }
}
