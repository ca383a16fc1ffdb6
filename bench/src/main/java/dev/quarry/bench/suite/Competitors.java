// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.child.ChildMain;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.Contenders;
import dev.quarry.bench.runner.NativeAllocator;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.suite.Lineup.Missing;
import dev.quarry.bench.suite.SuiteSubject.Group;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.util.Version;

/// Finds those who can take part on this machine, and asks each for its version.
final class Competitors {
    /// Quarry as most callers have it: by its facade, with no flag but the one that lets a JVM call native code.
    static final String QUARRY = "quarry";

    /// Quarry by the handle that each thread keeps, without a flag either.
    static final String QUARRY_LOCAL = "quarry-local";

    /// The facade, with the flag that users of Agrona pass anyway.
    static final String QUARRY_EXPORT = "quarry-export";

    static final String NETTY_POOLED = "netty-pooled";
    static final String NETTY_ADAPTIVE = "netty-adaptive";

    /// The C library's malloc, called from Java without a change of the thread's state.
    static final String LIBC_CRITICAL = "libc-critical";

    static final String VOID = "void";

    /// The one process of a JMH suite, which measures all of the suite's subjects.
    static final String JMH = "jmh";

    private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(30);

    /// A moment of work, since the program tells of its library only with a result.
    private static final List<String> PROBE = List.of("malloc", "pairs", "1", "1000");

    private final Children children;
    private final List<SuiteSubject> subjects = new ArrayList<>();
    private final List<Missing> missing = new ArrayList<>();

    private Competitors(Children children) {
        this.children = children;
    }

    /// Looks who is here, and builds the C program for the native ones.
    static Lineup find(Children children, NativeHarness harness) throws IOException {
        Competitors found = new Competitors(children);
        String quarry = version(OffHeapAllocator.class);
        String netty = version(ByteBufAllocator.class);
        found.addJava(QUARRY, Group.QUARRY, quarry, "facade");
        found.addJava(QUARRY_LOCAL, Group.QUARRY, quarry, "local_arena");
        found.addJava(QUARRY_EXPORT, Group.QUARRY, quarry, "facade", EXPORT);
        found.addJava(NETTY_POOLED, Group.JAVA, netty, "netty_pooled");
        found.addJava(NETTY_ADAPTIVE, Group.JAVA, netty, "netty_adaptive");
        found.addJava(LIBC_CRITICAL, Group.JAVA, "", "libc_critical");
        found.addJava(VOID, Group.VOID, "", "void");
        found.subjects.add(jmh());
        found.addNatives(harness);
        return new Lineup(found.subjects, found.missing);
    }

    /// The names of the native allocators with which Quarry is compared.
    static List<String> natives() {
        return NativeAllocator.ALL.stream().map(NativeAllocator::label).toList();
    }

    /// The version that its build wrote into the jar of a class.
    private static String version(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? "not packaged" : version;
    }

    private void addJava(String name, Group group, String version, String argument, String... flags) {
        List<String> launcher = new ArrayList<>(List.of(java()));
        launcher.addAll(Contenders.JVM_FLAGS);
        launcher.addAll(List.of(flags));
        subjects.add(new SuiteSubject(name, group, version, launcher, program(ChildMain.class, argument), Map.of()));
    }

    /// Its forks get their flags from the suites. Its lock, which keeps two of them from running at a time on a
    /// machine, would outlast a process that was ended.
    private static SuiteSubject jmh() {
        List<String> launcher = List.of(java(), "--sun-misc-unsafe-memory-access=allow", "-Djmh.ignoreLock=true");
        return new SuiteSubject(
                JMH, Group.QUARRY, Version.getPlainVersion(), launcher, program(JmhMain.class), Map.of());
    }

    private static List<String> program(Class<?> main, String... arguments) {
        List<String> program = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        program.addAll(List.of(arguments));
        return program;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private void addNatives(NativeHarness harness) throws IOException {
        Path program;
        try {
            program = harness.build();
        } catch (NativeHarness.UnavailableException e) {
            String reason = String.valueOf(e.getMessage());
            natives().forEach(name -> missing.add(new Missing(name, reason)));
            return;
        }
        for (NativeAllocator allocator : NativeAllocator.ALL) {
            addNative(allocator, program);
        }
    }

    private void addNative(NativeAllocator allocator, Path program) throws IOException {
        Optional<Path> library = allocator.library();
        if (allocator.isPreloaded() && library.isEmpty()) {
            missing.add(new Missing(allocator.label(), allocator.howToInstall()));
            return;
        }
        Map<String, String> environment =
                library.map(file -> Map.of("LD_PRELOAD", file.toString())).orElse(Map.of());
        try {
            String version = nativeVersion(allocator, program, environment);
            List<String> launcher = List.of(program.toString());
            subjects.add(new SuiteSubject(allocator.label(), Group.NATIVE, version, launcher, List.of(), environment));
        } catch (ChildFailedException | IllegalArgumentException e) {
            missing.add(new Missing(allocator.label(), String.valueOf(e.getMessage())));
        }
    }

    /// What the library says of itself.
    ///
    /// @throws IllegalArgumentException when another library answers: a preload that the loader refuses is a mere
    ///     warning, and the figures would be those of the C library
    private String nativeVersion(NativeAllocator allocator, Path program, Map<String, String> environment)
            throws IOException, ChildFailedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(PROBE);
        String version = String.valueOf(
                Json.readObject(children.run(command, environment, PROBE_LIMIT)).get("version"));
        if (allocator.isPreloaded() && version.startsWith("glibc")) {
            throw new IllegalArgumentException("preloading " + environment + " had no effect: malloc is " + version);
        }
        return version;
    }
}
