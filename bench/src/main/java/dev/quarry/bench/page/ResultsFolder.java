// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The files of one run.
///
/// @param name the folder's own name
/// @param environment `env.json`
/// @param workloads `workloads.json`
/// @param memory `memory.json`
/// @param latency `latency.json`
/// @param calls `jmh-SUITE.json` for each suite that `env.json` names
/// @param notes `notes.json`, by case: why something is as it is, in the words of who made the run
record ResultsFolder(
        String name,
        Fields environment,
        SuiteFile workloads,
        SuiteFile memory,
        SuiteFile latency,
        List<JmhFile> calls,
        Map<String, String> notes) {
    private static final String JSON = ".json";
    private static final String NOTES = "notes.json";

    /// Reads all files.
    ///
    /// @throws IOException when a file is missing or cannot be read; the message is one sentence that names it
    /// @throws BadResultsException when a file does not say what it must
    static ResultsFolder read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is no folder with results");
        }
        Fields environment = readFile(folder, "env.json");
        return new ResultsFolder(
                String.valueOf(folder.toAbsolutePath().normalize().getFileName()),
                environment,
                readSuite(folder, "workloads"),
                readSuite(folder, "memory"),
                readSuite(folder, "latency"),
                readCalls(folder, environment),
                readNotes(folder));
    }

    private static SuiteFile readSuite(Path folder, String suite) throws IOException {
        return SuiteFile.of(suite, readFile(folder, suite + JSON));
    }

    /// Those that the run says it had.
    private static List<JmhFile> readCalls(Path folder, Fields environment) throws IOException {
        List<JmhFile> calls = new ArrayList<>();
        for (Fields suite : environment.get("jmhSuites").elements()) {
            calls.add(JmhFile.of(suite.text(), readFile(folder, "jmh-" + suite.text() + JSON)));
        }
        calls.sort(JmhFile.READING_ORDER);
        return calls;
    }

    private static Map<String, String> readNotes(Path folder) throws IOException {
        Map<String, String> notes = new LinkedHashMap<>();
        if (Files.exists(folder.resolve(NOTES))) {
            readFile(folder, NOTES).members().forEach((key, note) -> notes.put(key, note.text()));
        }
        return notes;
    }

    private static Fields readFile(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            throw new IOException(folder + " has no " + name + ", without which there is no page");
        }
        try {
            return Fields.of(name, Json.read(Files.readString(file)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is no JSON", e);
        }
    }
}
