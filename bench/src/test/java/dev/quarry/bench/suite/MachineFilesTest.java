// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineFilesTest {
    @TempDir
    Path root;

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    @Test
    void shouldTellWhatTheKernelTells() throws Exception {
        String cache = "sys/devices/system/cpu/cpu0/cache/index";
        write(cache + "0/level", "1");
        write(cache + "0/type", "Data");
        write(cache + "0/size", "32K");
        write(cache + "0/shared_cpu_list", "0");
        write(cache + "1/level", "3");
        write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
        write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance");
        MachineFiles files = new MachineFiles(root);
        assertEquals(
                List.of(Map.of("level", "1", "type", "Data", "size", "32K", "cpus", "0"), Map.of("level", "3")),
                files.caches());
        assertEquals(Optional.of("madvise"), files.transparentHugePages());
        assertEquals(Optional.of("performance"), files.governor());
    }

    @Test
    void shouldLeaveOutWhatItDoesNotTell() {
        MachineFiles files = new MachineFiles(root);
        assertEquals(List.of(), files.caches());
        assertEquals(Optional.empty(), files.transparentHugePages());
        assertEquals(Optional.empty(), files.governor());
    }
}
