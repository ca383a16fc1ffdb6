// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A headless browser of this machine.
final class Chromium implements AutoCloseable {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final String ADDRESS_MARK = "DevTools listening on ";

    private final Process process;
    private final DevTools tools;

    private Chromium(Process process, DevTools tools) {
        this.process = process;
        this.tools = tools;
    }

    /// The browser's program, where there is one on the path.
    static Optional<Path> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return NAMES.stream()
                .flatMap(name -> Stream.of(path.split(File.pathSeparator, -1)).map(entry -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Starts the browser with a profile of its own.
    ///
    /// @param profile an empty folder
    static Chromium start(Path program, Path profile) throws IOException {
        // No sandbox: it wants namespaces that a container refuses, and nothing is opened but our own page.
        Process process = new ProcessBuilder(List.of(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new Chromium(process, new DevTools(address(process)));
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /// Reads what the browser says until it names its address, and lets a thread read what it says later.
    private static String address(Process process) throws IOException {
        BufferedReader errors = process.errorReader();
        List<String> said = new ArrayList<>();
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            if (line.startsWith(ADDRESS_MARK)) {
                Thread.ofVirtual().start(() -> drain(errors));
                return line.substring(ADDRESS_MARK.length()).strip();
            }
            said.add(line);
        }
        throw new IOException("the browser ended before it could be asked anything: " + said);
    }

    private static void drain(BufferedReader errors) {
        try (errors) {
            errors.lines().forEach(line -> {});
        } catch (IOException | UncheckedIOException e) {
            // The browser is gone, and nobody wants its last words.
        }
    }

    Tab openTab() throws IOException {
        String target = tools.send("", "Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .text();
        String session = tools.send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .text();
        return new Tab(tools, session);
    }

    @Override
    public void close() throws IOException {
        try (tools) {
            tools.send("", "Browser.close", Map.of());
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
