// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the races of jcstress, all classes named `...Stress`, against the classes that ship. An outcome that is not
/// among a race's own is a failure.
///
/// In its quick mode each race runs for half a second with the JVM's own choice of compiler, and touches raw memory as
/// it does without flags. With the Maven profile `jcstress-full` it runs under every combination of compilers that
/// jcstress knows, in many forks, and once for each way to touch raw memory. The property `jcstress.tests`, a regular
/// expression, picks some of the races.
class StressIT {
    private static final String FOREIGN = "foreign";
    private static final String INTERNAL = "internal";

    private static final Map<String, String> JVM_ARGUMENTS = Map.of(
            FOREIGN, "--enable-native-access=ALL-UNNAMED",
            INTERNAL, "--enable-native-access=ALL-UNNAMED --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");

    /// Far fewer states at a time than [StressMemory] has records.
    private static final List<String> STATES = List.of("-strideSize", "64", "-strideCount", "64", "-hs", "256");

    private static final List<String> QUICK =
            List.of("-f", "1", "-fsm", "1", "-iters", "2", "-time", "200", "-sc", "false", "-af", "NONE");

    private static final Pattern COUNTS = Pattern.compile("Results: (\\d+) planned; (\\d+) passed");
    private static final int SHOWN_LINES = 60;

    private static List<String> accesses() {
        return isQuick() ? List.of(FOREIGN) : List.of(FOREIGN, INTERNAL);
    }

    private static boolean isQuick() {
        return !System.getProperty("jcstress.mode", "quick").equals("full");
    }

    @ParameterizedTest
    @MethodSource("accesses")
    void shouldSeeNoOutcomeThatIsForbidden(String access) throws IOException, InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "a race needs two processors");
        Path folder = Files.createDirectories(Path.of("target", "jcstress", access));
        Path console = folder.resolve("console.txt");
        int exitCode = new ProcessBuilder(command(access))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start()
                .waitFor();

        String text = Files.readString(console);
        assertEquals(0, exitCode, () -> tail(text));
        MatchResult counts =
                COUNTS.matcher(text).results().reduce((first, last) -> last).orElseThrow();
        assertEquals(counts.group(1), counts.group(2), () -> tail(text));
        assertTrue(Integer.parseInt(counts.group(2)) > 0, () -> tail(text));
    }

    private static List<String> command(String access) {
        boolean quick = isQuick();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                "org.openjdk.jcstress.Main",
                "-r",
                "report",
                "-t",
                System.getProperty("jcstress.tests", ".*")));
        command.addAll(STATES);
        command.addAll(quick ? QUICK : List.of());
        command.addAll(List.of(quick ? "-jvmArgs" : "-jvmArgsPrepend", JVM_ARGUMENTS.get(access)));
        return command;
    }

    /// jcstress stumbles over a folder that is not there, as this module's folder of main classes.
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Files.exists(Path.of(entry)))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String tail(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }
}
