// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.micro.JmhSuites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// The process of one JMH suite: runs it and prints the file that JMH writes. The arguments: `jmh SUITE quick|full`.
public final class JmhMain {
    private static final int EXIT_FAILED = 1;

    private JmhMain() {}

    public static void main(String[] arguments) throws IOException {
        Path results = Files.createTempFile("jmh", ".json");
        // How far it is, which nobody reads: standard output is for the results, and standard error for what is wrong.
        Path log = Files.createTempFile("jmh", ".log");
        try {
            Options suite = JmhSuites.options(arguments[1], Scale.of(arguments[2]) == Scale.QUICK);
            new Runner(new OptionsBuilder()
                            .parent(suite)
                            .output(log.toString())
                            .resultFormat(ResultFormatType.JSON)
                            .result(results.toString())
                            .build())
                    .run();
            System.out.print(Files.readString(results));
            System.out.flush();
        } catch (RunnerException e) {
            System.err.println(e.getMessage());
            System.exit(EXIT_FAILED);
        } finally {
            Files.deleteIfExists(results);
            Files.deleteIfExists(log);
        }
    }
}
