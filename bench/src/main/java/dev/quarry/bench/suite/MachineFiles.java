// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel's files tell of the machine, as far as it matters for figures. What is not there is left out.
final class MachineFiles {
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");
    private static final Path CPU = Path.of("sys/devices/system/cpu/cpu0");
    private static final Path HUGE_PAGES = Path.of("sys/kernel/mm/transparent_hugepage");

    private final Path root;

    /// @param root a directory with `sys` and `proc`
    MachineFiles(Path root) {
        this.root = root;
    }

    /// The caches that the first cpu sees: level, type, size and with which cpus it shares them.
    List<Map<String, String>> caches() {
        List<Map<String, String>> caches = new ArrayList<>();
        for (int index = 0; ; index++) {
            Path cache = CPU.resolve("cache/index" + index);
            Optional<String> level = read(cache.resolve("level"));
            if (level.isEmpty()) {
                return caches;
            }
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("level", level.get());
            put(entry, "type", cache.resolve("type"));
            put(entry, "size", cache.resolve("size"));
            put(entry, "cpus", cache.resolve("shared_cpu_list"));
            caches.add(entry);
        }
    }

    /// `always`, `madvise` or `never`: for which memory the kernel uses huge OS pages by itself.
    Optional<String> transparentHugePages() {
        return read(HUGE_PAGES.resolve("enabled")).flatMap(MachineFiles::chosen);
    }

    /// By which rule the kernel chooses the cpu's clock; a virtual machine is rarely told.
    Optional<String> governor() {
        return read(CPU.resolve("cpufreq/scaling_governor"));
    }

    private static Optional<String> chosen(String text) {
        Matcher matcher = CHOSEN.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.of(text);
    }

    private void put(Map<String, String> entry, String name, Path file) {
        read(file).ifPresent(text -> entry.put(name, text));
    }

    private Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(root.resolve(file)).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
