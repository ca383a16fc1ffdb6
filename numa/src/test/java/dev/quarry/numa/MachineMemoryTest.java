// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineMemoryTest {
    private static final String OLD = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
    private static final String UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
    private static final String HYBRID = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    @TempDir
    Path root;

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    @Test
    void shouldKnowNothingWhereNothingTells() {
        assertEquals(new MachineMemory(MachineMemory.UNKNOWN, ProcessLimits.UNLIMITED), MachineMemory.read(root));
    }

    @Test
    void shouldReadTheMemoryOfTheMachine() throws IOException {
        write("proc/meminfo", "MemTotal:       24684084 kB\nMemFree:        24012668 kB");

        assertEquals(24_684_084L << 10, MachineMemory.read(root).machineBytes());
    }

    /// A limit of a cgroup that is in none of these places must not count: each has the value 1.
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // mounts, membership, a file and its text, another and its text: the limit
                "old, 4:memory:/a, memory/a/memory.limit_in_bytes, 4096, -, -, 4096",
                "old, 4:memory:/a, memory/a/memory.limit_in_bytes, 9223372036854771712, -, -, -",
                "old, 4:memory:/a/b, memory/a/b/memory.limit_in_bytes, 4096, memory/a/memory.limit_in_bytes, 2048, 2048",
                "old, 4:memory:/a, memory/a/memory.limit_in_bytes, 4096, a/memory.max, 1, 4096",
                "unified, 0::/a, a/memory.max, 4096, -, -, 4096",
                "unified, 0::/a, a/memory.max, max, -, -, -",
                "unified, 0::/a, a/memory.max, 0, -, -, -",
                "unified, 0::/a, a/memory.max, 4096, a/memory.high, 1024, 1024",
                "unified, 0::/a, a/memory.max, 4096, a/memory.high, max, 4096",
                "unified, 0::/a/b, a/memory.max, 1024, a/b/memory.max, max, 1024",
                "unified, 0::/a/b, a/memory.max, max, a/memory.high, 512, 512",
                "unified, 0::/a, b/memory.max, 1, -, -, -",
                "hybrid, 4:memory:/a, memory/a/memory.limit_in_bytes, 4096, unified/a/memory.max, 1, 4096",
                "hybrid, 4:memory:/a, memory/a/memory.limit_in_bytes, 9223372036854771712, unified/memory.max, 1, -",
            })
    void shouldFindTheLeastLimit(
            String mounts, String membership, String file, String text, String other, String otherText, Long limitBytes)
            throws IOException {
        write(
                "proc/self/mountinfo",
                switch (mounts) {
                    case "old" -> OLD;
                    case "unified" -> UNIFIED;
                    default -> HYBRID + "\n" + OLD;
                });
        write("proc/self/cgroup", membership);
        write("sys/fs/cgroup/" + file, text);
        if (other != null) {
            write("sys/fs/cgroup/" + other, otherText);
        }

        long expected = limitBytes == null ? ProcessLimits.UNLIMITED : limitBytes;
        assertEquals(expected, MachineMemory.read(root).limitBytes());
        assertEquals(expected, new ProcessLimitsReader(root).read().memoryBytes());
    }

    @Test
    void shouldReadThisMachine() {
        MachineMemory memory = MachineMemory.read();

        assertTrue(memory.machineBytes() > Runtime.getRuntime().totalMemory() / 2, memory::toString);
        assertTrue(memory.limitBytes() > 0, memory::toString);
    }
}
