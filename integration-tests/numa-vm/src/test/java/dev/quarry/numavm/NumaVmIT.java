// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Starts the guest once, runs [GuestTests] in it, and leaves the guest's report beside its own.
class NumaVmIT {
    private static final Path REPORTS = Path.of("target", "failsafe-reports");
    private static final int SHOWN_LINES = 60;

    @Test
    void shouldPassAllTestsOnFourNodes() throws IOException, InterruptedException {
        Path report = REPORTS.resolve(GuestTests.REPORT);
        Files.deleteIfExists(report);
        List<String> lines = new ArrayList<>();

        int exitCode = runInGuest(lines);

        assertEquals(0, exitCode, () -> tail(lines));
        assertTrue(Files.size(report) > 0, () -> "no report at " + report);
    }

    private static int runInGuest(List<String> lines) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of("run-in-guest").toAbsolutePath().toString(),
                        "--out",
                        REPORTS.toString(),
                        System.getProperty("java.class.path"),
                        GuestTests.class.getName(),
                        System.getProperty("numa-vm.tests", GuestTests.ALL))
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process guest = builder.start();
        guest.getOutputStream().close();
        try (BufferedReader output = guest.inputReader()) {
            output.lines().forEach(line -> {
                System.out.println(line);
                lines.add(line);
            });
        }
        return guest.waitFor();
    }

    private static String tail(List<String> lines) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }
}
