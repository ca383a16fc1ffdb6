// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Starts one process for each case, pool and fork. A process that fails leaves its reason, and the run goes on.
public final class BufferRun {
    private static final int EXTRA_SECONDS = 120;

    /// The same for every pool: without Unsafe, as the JDK has it, with access to native memory, without which
    /// Netty's pools are slower, and with leak detection off, which costs all of them the same. The loop's calls of
    /// the pool are not inlined: in a server the places that allocate and release are many.
    public static final List<String> JVM_FLAGS = List.of(
            "-Xms768m",
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:MaxDirectMemorySize=16g",
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.netty.leakDetection.level=disabled",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline,dev.quarry.bench.buffer.PatternLoop::allocate",
            "-XX:CompileCommand=dontinline,dev.quarry.bench.buffer.PatternLoop::release");

    /// What a burst leaves in the heap is the JVM's: its pages are there from the start.
    private static final String TOUCHED_HEAP = "-XX:+AlwaysPreTouch";

    private final Children children;
    private final Progress progress;
    private final List<String> quarryFlags;

    /// @param quarryFlags added to the command line of each JVM that runs Quarry
    public BufferRun(Children children, Progress progress, List<String> quarryFlags) {
        this.children = children;
        this.progress = progress;
        this.quarryFlags = List.copyOf(quarryFlags);
    }

    /// Runs everything, one process after another, each fork through all cases before the next.
    public BufferResults run(List<BufferCase> cases, int forks) throws IOException {
        BufferResults results = new BufferResults();
        progress.start(cases.size() * BufferPool.values().length * forks);
        for (int fork = 0; fork < forks; fork++) {
            for (BufferCase load : cases) {
                for (BufferPool pool : BufferPool.values()) {
                    progress.next(load.name(), pool.label(), load.isBurst() ? "memory" : "time");
                    run(load, pool, results);
                }
            }
        }
        progress.finish();
        return results;
    }

    private void run(BufferCase load, BufferPool pool, BufferResults results) throws IOException {
        Duration limit = Duration.ofSeconds(load.seconds() + EXTRA_SECONDS);
        try {
            results.add(load, pool, Json.readObject(children.run(command(load, pool), Map.of(), limit)));
        } catch (ChildFailedException | IllegalArgumentException e) {
            results.fail(load, pool, String.valueOf(e.getMessage()));
        }
    }

    private List<String> command(BufferCase load, BufferPool pool) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        if (load.isBurst()) {
            command.add(TOUCHED_HEAP);
        }
        if (pool == BufferPool.QUARRY) {
            command.addAll(quarryFlags);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BufferChild.class.getName()));
        command.add(pool.label());
        command.addAll(load.arguments());
        return command;
    }
}
