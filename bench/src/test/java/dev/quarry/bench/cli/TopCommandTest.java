// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.live.LiveFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopCommandTest {
    @TempDir
    Path home;

    private Path folder;
    private CliProcess cli;

    @BeforeEach
    void create() throws IOException {
        folder = home.resolve("live");
        cli = new CliProcess(home);
    }

    private LiveService service() throws IOException {
        return new LiveService("-Dquarry.live=" + folder, "-Dquarry.maintenance.tick=20ms");
    }

    private CliProcess.Result top(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 2];
        all[0] = "top";
        all[1] = "--folder=" + folder;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return cli.run(all);
    }

    @Test
    void shouldPrintALineForEachLook() throws Exception {
        try (LiveService service = service()) {
            for (List<String> target : List.of(List.<String>of(), List.of(Long.toString(service.pid())))) {
                List<String> arguments = new ArrayList<>(List.of("--batch", "--count=5", "--interval=0.5"));
                arguments.addAll(target);
                CliProcess.Result result = top(arguments.toArray(String[]::new));
                assertEquals(0, result.status(), result.errors());
                List<String> lines = result.output().lines().toList();
                assertEquals(6, lines.size(), result.output());
                List<String> heading = List.of(lines.get(0).split(" +"));
                List<String> last = List.of(lines.get(5).split(" +"));
                assertTrue(Long.parseLong(last.get(heading.indexOf("committed"))) > 0, result.output());
                assertTrue(Double.parseDouble(last.get(heading.indexOf("mallocs/s"))) > 0, result.output());
            }
        }
    }

    @Test
    void shouldShowWhatAKilledProcessLeft() throws Exception {
        try (LiveService service = service()) {
            service.kill();
            Path file = LiveFolder.files(folder).get(0);
            CliProcess.Result result = top("--post-mortem=" + file);
            assertEquals(0, result.status(), result.errors());
            assertTrue(
                    result.output().startsWith("quarry \"quarry\"  process " + service.pid() + "  not running"),
                    result.output());
            assertTrue(result.output().contains("metadata"), result.output());
            CliProcess.Result none = top("--batch");
            assertRefused(none, "no live process of this user in " + folder);
        }
    }

    @Test
    void shouldTakeTheTerminalAndGiveItBack() throws Exception {
        try (LiveService service = service()) {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String command = "stty -g; " + java + " -cp " + System.getProperty("java.class.path") + " "
                    + QuarryCli.class.getName() + " top --folder=" + folder + " " + service.pid() + "; stty -g";
            Process script = new ProcessBuilder("script", "-qec", command, "/dev/null")
                    .redirectErrorStream(true)
                    .start();
            StringBuilder output = new StringBuilder();
            try (OutputStream keys = script.getOutputStream()) {
                readUntil(script, output, "q quit; sort by");
                keys.write('m');
                keys.flush();
                readUntil(script, output, "(now mallocs)");
                keys.write('q');
                keys.flush();
                output.append(new String(script.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            } finally {
                script.destroyForcibly();
            }
            List<String> lines = output.toString().lines().map(String::strip).toList();
            String after = lines.get(lines.size() - 1);
            int restored = after.lastIndexOf('l') + 1;
            assertEquals(lines.get(0), after.substring(restored), output::toString);
            assertTrue(output.indexOf("\033[?1049h") >= 0 && output.indexOf("\033[?1049l") > 0, output::toString);
        }
    }

    private static void readUntil(Process process, StringBuilder output, String expected) throws IOException {
        while (output.indexOf(expected) < 0) {
            int letter = process.getInputStream().read();
            assertTrue(letter >= 0, output::toString);
            output.append((char) letter);
        }
    }

    @Test
    void shouldRefuseInOneSentence() throws Exception {
        assertRefused(top("--batch"), "no live process of this user in " + folder);
        assertRefused(top("--batch", "4194305"), "there is no process 4194305");
        long self = ProcessHandle.current().pid();
        assertRefused(top("--batch", Long.toString(self)), "process " + self + " has no live file in " + folder);
        assertRefused(top("--batch", home.resolve("none").toString()), "there is no file " + home.resolve("none"));
        assertRefused(top("--post-mortem=" + home), home + " is no file");
        Path text = Files.writeString(home.resolve("text"), "x".repeat(1_000));
        assertRefused(top("--batch", text.toString()), text + " is no live file of Quarry");
        assertRefused(top("--batch", "--interval=0"), "--interval must be from 0.05 to 3600 seconds");
        assertRefused(top("--batch", "--count=-1"), "--count must not be negative");
    }

    @Test
    void shouldRefuseATruncatedFile() throws Exception {
        try (LiveService service = service()) {
            service.kill();
            Path file = LiveFolder.files(folder).get(0);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(50_000);
            }
            assertRefused(top("--post-mortem=" + file), file + " is truncated");
        }
    }

    @Test
    void shouldListTheProcessesWhereItIsNotClearWhichIsMeant() throws Exception {
        try (LiveService one = service();
                LiveService two = service()) {
            CliProcess.Result result = top("--batch");
            assertRefused(result, "more than one allocator is live; say which: ");
            assertTrue(result.errors().contains(one.pid() + "-quarry.live (quarry)"), result.errors());
            assertTrue(result.errors().contains(two.pid() + "-quarry.live (quarry)"), result.errors());
        }
    }

    private static void assertRefused(CliProcess.Result result, String expected) {
        assertEquals(QuarryCli.EXIT_BAD_INPUT, result.status(), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertTrue(result.errors().contains(expected), result.errors());
        assertEquals("", result.output());
    }
}
