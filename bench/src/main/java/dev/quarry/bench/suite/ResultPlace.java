// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Finds the folder for a run whose user names none: that of the same run, if it was interrupted, else a new one that
/// is named after date, cpu and JDK.
public final class ResultPlace {
    private ResultPlace() {}

    /// Looks through the results folders.
    ///
    /// @param results    the folder of them all
    /// @param processors how many the machine has
    /// @return an unfinished run of the same, or a folder that is not there yet
    public static Path choose(Path results, RunIdentity identity, LocalDate date, int processors) throws IOException {
        if (Files.isDirectory(results)) {
            try (Stream<Path> folders = Files.list(results)) {
                List<Path> unfinished =
                        folders.filter(ResultFolder::isUnfinished).sorted().toList();
                for (Path folder : unfinished) {
                    if (identity.difference(ResultFolder.identity(folder)).isEmpty()) {
                        return folder;
                    }
                }
            }
        }
        String name = "%s-%s-%dcpu-jdk%d"
                .formatted(
                        date,
                        cpuName(identity.cpu()),
                        processors,
                        Runtime.version().feature());
        Path place = results.resolve(name);
        for (int number = 2; Files.exists(place); number++) {
            place = results.resolve(name + "-" + number);
        }
        return place;
    }

    /// The model without maker, marks and clock: `AMD EPYC 7R13 Processor` is `epyc-7r13`.
    static String cpuName(String model) {
        String name = model.toLowerCase(Locale.ROOT)
                .replaceAll("\\((r|tm)\\)|@.*|\\d+-core|\\b(amd|intel|cpu|processor)\\b", " ")
                .strip()
                .replaceAll("[^a-z0-9]+", "-");
        return name.isEmpty() ? "unknown" : name;
    }
}
