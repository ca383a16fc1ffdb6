// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A native allocator with which Quarry is compared.
///
/// @param label its name in the table
/// @param fileNames of the library that `LD_PRELOAD` puts before the C library's own malloc, newest first; none for
/// that
/// @param debianPackage where the library comes from
public record NativeAllocator(String label, List<String> fileNames, String debianPackage) {
    public static final List<NativeAllocator> ALL = List.of(
            new NativeAllocator("glibc", List.of(), "libc6"),
            new NativeAllocator("jemalloc", List.of("libjemalloc.so.2"), "libjemalloc2"),
            new NativeAllocator(
                    "mimalloc",
                    List.of("libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so.2.0"),
                    "libmimalloc2.0"),
            new NativeAllocator(
                    "tcmalloc", List.of("libtcmalloc_minimal.so.4", "libtcmalloc.so.4"), "libtcmalloc-minimal4"));

    private static final List<String> DIRECTORIES = List.of(
            "/usr/local/lib",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
            "/lib/x86_64-linux-gnu",
            "/lib/aarch64-linux-gnu",
            "/lib64");

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
