// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.suite.ResultFiles;
import dev.quarry.bench.suite.ResultFolder;
import dev.quarry.bench.suite.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a comparison needs of a results folder.
///
/// @param path         the folder
/// @param scale        how much was measured
/// @param machine      on what: cpu, processors and JVM
/// @param measurements all of Quarry's figures, in the order of the files
public record RunFolder(Path path, String scale, String machine, List<Measurement> measurements) {
    /// Copies the list.
    public RunFolder {
        measurements = List.copyOf(measurements);
    }

    /// Reads a folder.
    ///
    /// @throws IOException when a file is missing or is not what it should be; the message is one sentence
    public static RunFolder read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is not a folder");
        }
        if (ResultFolder.isUnfinished(folder)) {
            throw new IOException(
                    folder + " holds an unfinished run; `./quarry bench --resume " + folder + "` goes on");
        }
        Path environmentFile = folder.resolve(ResultFiles.ENVIRONMENT);
        JsonNode environment = readFile(environmentFile);
        List<Measurement> measurements = new ArrayList<>();
        try {
            for (Suite suite : Suite.withOneFile()) {
                measurements.addAll(SuiteReader.read(suite, readFile(folder.resolve(suite.fileName()))));
            }
            for (JsonNode name : environment.get("jmhSuites").elements()) {
                Path file = folder.resolve(Suite.JMH.fileName(name.text()));
                measurements.addAll(JmhReader.read(name.text(), readFile(file)));
            }
            JsonNode machine = environment.get("machine");
            String about = "%s, %s processors, %s"
                    .formatted(
                            machine.get("cpu").text(),
                            machine.get("processors").text(),
                            machine.get("jvm").text());
            return new RunFolder(folder, environment.get("scale").text(), about, measurements);
        } catch (IllegalArgumentException e) {
            throw new IOException("a file in " + folder + " is not what it should be: " + e.getMessage(), e);
        }
    }

    private static JsonNode readFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + " is missing");
        }
        try {
            return new JsonNode(file.getFileName().toString(), Json.read(Files.readString(file)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not JSON", e);
        }
    }
}
