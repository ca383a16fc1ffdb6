// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.runner.Contenders;
import dev.quarry.numa.MachineMemory;
import dev.quarry.numa.ProcessLimits;
import dev.quarry.numa.Topology;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a reader must know of a run to believe its figures, or to get the same: `env.json`.
public final class Environment {
    private static final int FORMAT = 1;

    private Environment() {}

    /// What holds now, of the machine and of the run.
    ///
    /// @param machine what is known of the machine already: cpu, processors, kernel, JVM
    public static Map<String, Object> describe(
            Map<String, Object> machine, Plan plan, RunIdentity identity, ResultFolder folder) {
        Map<String, Object> environment = new LinkedHashMap<>();
        environment.put("format", FORMAT);
        environment.put("begun", folder.begun());
        environment.put("ended", Instant.now());
        environment.put("command", command(plan));
        environment.put("scale", identity.scale());
        environment.put("processes", identity.processes());
        environment.put("cases", identity.cases());
        environment.put("machine", machine(machine));
        environment.put("cgroup", cgroup());
        environment.put("jvmFlags", Contenders.JVM_FLAGS);
        environment.put("jvmFlagsOfMemoryCases", Suite.MEMORY.jvmFlags());
        environment.put("git", git(identity));
        environment.put("versions", versions(plan.lineup()));
        return environment;
    }

    /// How to get the same again.
    private static String command(Plan plan) {
        return "./quarry bench --" + plan.scale().argument() + " --processes " + plan.processes();
    }

    private static Map<String, @Nullable Object> machine(Map<String, Object> known) {
        MachineFiles files = new MachineFiles(Path.of("/"));
        Topology topology = Topology.read();
        Map<String, @Nullable Object> machine = new LinkedHashMap<>(known);
        machine.put("caches", files.caches());
        machine.put("memoryBytes", unlessUnknown(MachineMemory.read().machineBytes()));
        machine.put("nodes", topology.nodes().size());
        machine.put("topology", topology.toText());
        machine.put("transparentHugePages", files.transparentHugePages().orElse(null));
        machine.put("governor", files.governor().orElse(null));
        return machine;
    }

    private static @Nullable Long unlessUnknown(long bytes) {
        return bytes == MachineMemory.UNKNOWN ? null : Long.valueOf(bytes);
    }

    private static Map<String, @Nullable Object> cgroup() {
        long limitBytes = MachineMemory.read().limitBytes();
        Map<String, @Nullable Object> cgroup = new LinkedHashMap<>();
        cgroup.put("memoryLimitBytes", limitBytes == ProcessLimits.UNLIMITED ? null : Long.valueOf(limitBytes));
        cgroup.put("processors", Runtime.getRuntime().availableProcessors());
        return cgroup;
    }

    private static Map<String, @Nullable Object> git(RunIdentity identity) {
        Map<String, @Nullable Object> git = new LinkedHashMap<>();
        git.put("commit", identity.commit().isEmpty() ? null : identity.commit());
        git.put("isChanged", !identity.changes().isEmpty());
        return git;
    }

    private static Map<String, String> versions(Lineup lineup) {
        Map<String, String> versions = new LinkedHashMap<>();
        for (SuiteSubject subject : lineup.subjects()) {
            if (!subject.version().isEmpty()) {
                versions.put(subject.name(), subject.version());
            }
        }
        return versions;
    }
}
