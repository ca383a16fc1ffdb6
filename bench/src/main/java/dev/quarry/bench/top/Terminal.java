// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// The controlling terminal, on a screen of its own and with keys that come at once, without an echo. At its end,
/// and at the end of the process by Ctrl-C, it is as it was.
///
/// Used by one thread; the end may come from any.
final class Terminal implements AutoCloseable {
    private static final File TTY = new File("/dev/tty");
    private static final long STTY_LIMIT_SECONDS = 5;
    private static final int DEFAULT_ROWS = 24;
    private static final int DEFAULT_COLUMNS = 80;
    private static final String ESCAPE = "\033[";
    private static final String OWN_SCREEN = ESCAPE + "?1049h" + ESCAPE + "?25l";
    private static final String OLD_SCREEN = ESCAPE + "?25h" + ESCAPE + "?1049l";
    private static final String HOME = ESCAPE + "H";
    private static final String CLEAR_LINE = ESCAPE + "K";
    private static final String CLEAR_REST = ESCAPE + "J";

    private final String savedState;
    private final InputStream keys;
    private final OutputStream screen;
    private final AtomicBoolean restored = new AtomicBoolean();
    private final Thread atExit = new Thread(this::restore, "terminal-restore");

    /// How large a terminal is.
    ///
    /// @param rows    lines
    /// @param columns characters of a line
    record Size(int rows, int columns) {}

    /// Takes the terminal.
    /// @throws IOException if there is none; the message is a sentence
    Terminal() throws IOException {
        savedState = stty("-g");
        keys = new FileInputStream(TTY);
        screen = new FileOutputStream(TTY);
        Runtime.getRuntime().addShutdownHook(atExit);
        stty("-icanon", "-echo", "min", "1");
        write(OWN_SCREEN);
    }

    /// {@return its size now}
    Size size() throws IOException {
        String[] numbers = stty("size").split(" ", -1);
        try {
            int rows = Integer.parseInt(numbers[0]);
            int columns = Integer.parseInt(numbers[numbers.length - 1]);
            return new Size(rows > 0 ? rows : DEFAULT_ROWS, columns > 0 ? columns : DEFAULT_COLUMNS);
        } catch (NumberFormatException unknown) {
            return new Size(DEFAULT_ROWS, DEFAULT_COLUMNS);
        }
    }

    /// Shows these lines and nothing else.
    void show(List<String> lines) throws IOException {
        StringBuilder text = new StringBuilder(HOME);
        for (int index = 0; index < lines.size(); index++) {
            text.append(index == 0 ? "" : "\r\n").append(lines.get(index)).append(CLEAR_LINE);
        }
        write(text.append(CLEAR_REST).toString());
    }

    /// {@return the key that was pressed; -1 if none was} Does not wait.
    int key() throws IOException {
        return keys.available() > 0 ? keys.read() : -1;
    }

    private void write(String text) throws IOException {
        screen.write(text.getBytes(StandardCharsets.US_ASCII));
        screen.flush();
    }

    @Override
    public void close() throws IOException {
        restore();
        if (!Thread.currentThread().equals(atExit)) {
            removeHook();
        }
        keys.close();
        screen.close();
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            // The process ends already: the hook runs, and finds nothing left to do.
            return;
        }
    }

    private void restore() {
        if (restored.compareAndSet(false, true)) {
            try {
                write(OLD_SCREEN);
                stty(savedState);
            } catch (IOException gone) {
                // There is no terminal any more.
                return;
            }
        }
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectInput(TTY)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException none) {
            throw new IOException("there is no terminal: use --batch", none);
        }
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.US_ASCII).trim();
            if (!process.waitFor(STTY_LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the terminal cannot be set up: use --batch");
            }
            return text;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            process.destroy();
        }
    }
}
