// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.top.ClassOrder;
import dev.quarry.bench.top.Frame;
import dev.quarry.bench.top.LiveFiles;
import dev.quarry.bench.top.TopLoop;
import dev.quarry.bench.top.TopPage;
import dev.quarry.internal.live.LiveReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quarry top`: an allocator of another process, live, or as it was when its process was killed.
@Command(
        name = "top",
        description = "Show an allocator of another process live, or what a killed one left.",
        footer = "The process needs nothing but the allocator: see quarry.live and docs/live.md.")
final class TopCommand implements Callable<Integer> {
    private static final double MIN_SECONDS = 0.05;
    private static final double MAX_SECONDS = 3600;
    private static final int POST_MORTEM_COLUMNS = 160;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "PID|FILE",
            description = "The process, or its live file. Default: the only one that there is.")
    private @Nullable String target;

    @Option(
            names = "--post-mortem",
            paramLabel = "FILE",
            description = "Print what a process that was killed left, all of it.")
    private @Nullable Path postMortem;

    @Option(names = "--batch", description = "Print plain lines, one for each interval.")
    private boolean isBatch;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Between two looks. Default: ${DEFAULT-VALUE}.")
    private double intervalSeconds;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many looks. Default: go on.")
    private long count;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Where live files are. Default: this user's in the folder for temporary files.")
    private @Nullable Path folder;

    @Override
    public Integer call() throws IOException {
        if (!(intervalSeconds >= MIN_SECONDS && intervalSeconds <= MAX_SECONDS)) {
            throw new ParameterException(spec.commandLine(), "--interval must be from 0.05 to 3600 seconds");
        }
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--count must not be negative");
        }
        if (postMortem != null) {
            printAll(postMortem);
            return 0;
        }
        Path file = LiveFiles.find(target, folder == null ? LiveFiles.defaultFolder() : folder);
        TopLoop loop = new TopLoop(file, (long) (intervalSeconds * TimeUnit.SECONDS.toNanos(1)), count);
        if (isBatch) {
            loop.batch(spec.commandLine().getOut());
        } else {
            loop.interactive();
        }
        return 0;
    }

    private void printAll(Path file) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Frame frame = new Frame(LiveReader.read(file), null, LiveFiles.isRunning(file), System.currentTimeMillis());
        TopPage.lines(
                        frame,
                        ClassOrder.LIVE,
                        POST_MORTEM_COLUMNS,
                        Integer.MAX_VALUE,
                        Integer.MAX_VALUE,
                        ZoneId.systemDefault())
                .forEach(out::println);
        out.flush();
    }
}
