// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import dev.quarry.bench.child.ChildMain;
import dev.quarry.bench.result.Contender;
import dev.quarry.bench.result.Contender.Group;
import dev.quarry.bench.subject.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who takes part, and with which flags.
public final class Contenders {
    public static final String NETTY_ADAPTIVE = "netty-adaptive";

    /// The loop that replays stays a compiled method of its own, as it is a function of its own in C, and its rare
    /// step one outside of it: else C2 kept the loop's state on the stack, and each operation cost up to 2 ns more.
    private static final String LOOP_OF_ITS_OWN = "-XX:CompileCommand=dontinline,dev.quarry.bench.subject.*::replay*";

    /// The same for every child JVM. The serial collector has the cheapest barriers and no threads of its own, which is
    /// to the good of the contenders that keep objects; Quarry keeps none.
    public static final List<String> JVM_FLAGS = List.of(
            "-Xms512m",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:MaxDirectMemorySize=4g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled",
            "-XX:CompileCommand=quiet",
            LOOP_OF_ITS_OWN);

    private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final String UNCHECKED = "-Dquarry.checks=off";

    private static final String QUARRY_HELD = "resident bytes of its mappings, metadata included";
    private static final String NATIVE_HELD = "resident bytes of the process, less those before the trace";
    private static final String NETTY_HELD = "direct memory used, by the pool's own metric";
    private static final String JDK_HELD = "bytes requested";

    private final List<String> extraFlags;
    private final List<Contender> contenders = new ArrayList<>();

    /// @param extraFlags added to the command line of each JVM that runs Quarry
    public Contenders(List<String> extraFlags) {
        this.extraFlags = extraFlags;
    }

    /// Quarry in its three modes.
    public void addQuarry(String name, Subject subject) {
        addQuarry(name, subject, List.of());
        addQuarry(name + "-export", subject, List.of(EXPORT));
        addQuarry(name + "-unchecked", subject, List.of(EXPORT, UNCHECKED));
    }

    private void addQuarry(String name, Subject subject, List<String> modeFlags) {
        List<String> flags = new ArrayList<>(modeFlags);
        flags.addAll(extraFlags);
        addJava(name, Group.QUARRY, subject, flags, false, QUARRY_HELD);
    }

    /// Java's other ways to memory outside the heap.
    public void addJavaCompetitors() {
        addJava("netty-pooled", Group.JAVA, Subject.NETTY_POOLED, List.of(), true, NETTY_HELD);
        addJava(NETTY_ADAPTIVE, Group.JAVA, Subject.NETTY_ADAPTIVE, List.of(), true, NETTY_HELD);
        addJava("jdk-arena", Group.JAVA, Subject.JDK_ARENA, List.of(), true, JDK_HELD);
    }

    /// The harness in Java with an allocator that does nothing.
    public void addVoid() {
        addJava("void-java", Group.HARNESS, Subject.VOID, List.of(), false, "");
    }

    public void addNative(NativeAllocator allocator, Path harness, Optional<Path> library) {
        Map<String, String> environment =
                library.map(file -> Map.of("LD_PRELOAD", file.toString())).orElse(Map.of());
        contenders.add(new Contender(
                allocator.label(),
                Group.NATIVE,
                List.of(harness.toString(), "malloc"),
                environment,
                library,
                false,
                NATIVE_HELD));
    }

    /// The harness in C with an allocator that does nothing.
    public void addNativeVoid(Path harness) {
        contenders.add(new Contender(
                "void-c", Group.HARNESS, List.of(harness.toString(), "void"), Map.of(), Optional.empty(), false, ""));
    }

    public List<Contender> all() {
        return List.copyOf(contenders);
    }

    private void addJava(
            String name, Group group, Subject subject, List<String> flags, boolean isSlow, String heldMeaning) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
        command.add(subject.argument());
        contenders.add(
                new Contender(name, group, List.copyOf(command), Map.of(), Optional.empty(), isSlow, heldMeaning));
    }
}
