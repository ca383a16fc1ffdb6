// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The native allocators that Quarry is compared with. The C library's own needs no library; the others are put before
/// it by `LD_PRELOAD`.
public enum NativeAllocator {
    GLIBC(List.of(), ""),
    JEMALLOC(List.of("libjemalloc.so.2"), "libjemalloc2"),
    MIMALLOC(List.of("libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so.2.0"), "libmimalloc2.0"),
    TCMALLOC(List.of("libtcmalloc_minimal.so.4", "libtcmalloc.so.4"), "libtcmalloc-minimal4");

    private static final List<String> DIRECTORIES = List.of(
            "/usr/local/lib",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
            "/lib/x86_64-linux-gnu",
            "/lib/aarch64-linux-gnu",
            "/lib64");

    private final List<String> fileNames;
    private final String debianPackage;

    NativeAllocator(List<String> fileNames, String debianPackage) {
        this.fileNames = fileNames;
        this.debianPackage = debianPackage;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean isPreloaded() {
        return !fileNames.isEmpty();
    }

    /// The library to preload, where one is installed.
    public Optional<Path> library() {
        return fileNames.stream()
                .flatMap(file -> DIRECTORIES.stream().map(directory -> Path.of(directory, file)))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    public String howToInstall() {
        return "apt-get install " + debianPackage;
    }
}
