// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.suite.FakeCatalog;
import java.nio.file.Path;
import picocli.CommandLine;

/// `quarry bench` over cases that are shell scripts.
final class FakeBench {
    private FakeBench() {}

    public static void main(String[] arguments) {
        Path home = Path.of(System.getProperty("bench.home"));
        System.exit(QuarryCli.complaining(new CommandLine(new BenchCommand(new FakeCatalog(home))))
                .execute(arguments));
    }
}
