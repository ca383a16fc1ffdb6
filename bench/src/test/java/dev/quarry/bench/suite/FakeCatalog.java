// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.suite.Lineup.Missing;
import dev.quarry.bench.suite.SuiteCase.Seconds;
import dev.quarry.bench.suite.SuiteSubject.Group;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Cases and subjects that are shell scripts. Each process appends its arguments to the file `calls` of a folder. The
/// process of the case `waits` goes on only when there is a file `go`, or `go-` and the
/// name of its subject; that of the subject `broken` fails.
public record FakeCatalog(Path folder) implements SuiteCatalog {
    private static final Seconds A_SECOND = new Seconds(1, 2);
    private static final String OUTPUT =
            "{\"operations\": 10, \"roundNs\": [100, 120, 110], \"threads\": 2, \"facts\": {}}";

    private static final String HELD =
            "{\"requestedBytes\": 1, \"usableBytes\": 1, \"committedBytes\": 2, \"residentBytes\": 2}";
    private static final String MEMORY_OUTPUT =
            "{\"peak\": %1$s, \"end\": %1$s, \"facts\": {\"threads\": 3}}".formatted(HELD);

    @Override
    public List<SuiteCase> cases() {
        return List.of(
                workload("plain", List.of("quarry", "broken", "absent")),
                workload("waits", List.of("quarry", "native")),
                new SuiteCase(
                        Suite.MEMORY,
                        "plain",
                        0,
                        "F1",
                        "How much?",
                        "bytes",
                        A_SECOND,
                        List.of("quarry"),
                        List.of(),
                        true),
                new SuiteCase(
                        Suite.JMH, "pair", 0, "pair", "How long?", "ns/op", A_SECOND, List.of("jmh"), List.of(), true));
    }

    private static SuiteCase workload(String name, List<String> subjects) {
        return new SuiteCase(
                Suite.WORKLOADS,
                name,
                0,
                "W-" + name,
                "How fast?",
                "ns/op",
                A_SECOND,
                subjects,
                List.of("only-full"),
                true);
    }

    @Override
    public Lineup lineup(Children children, NativeHarness harness) {
        return new Lineup(
                List.of(
                        subject(
                                "quarry",
                                Group.QUARRY,
                                "[ $1 = memory ] && echo '" + MEMORY_OUTPUT + "' || echo '" + OUTPUT + "'"),
                        subject("broken", Group.JAVA, "echo 'no luck' >&2; exit 3"),
                        subject("native", Group.NATIVE, "echo '" + OUTPUT + "'"),
                        subject("only-full", Group.VOID, "echo '" + OUTPUT + "'"),
                        subject("jmh", Group.QUARRY, "echo '[]'")),
                List.of(new Missing("absent", "apt-get install absent")));
    }

    private SuiteSubject subject(String name, Group group, String script) {
        String whole = """
                echo $0 $@ >>%1$s/calls
                while [ $2 = waits ] && [ ! -e %1$s/go ] && [ ! -e %1$s/go-$0 ]; do sleep 0.05; done
                %2$s
                """.formatted(folder, script);
        return new SuiteSubject(name, group, "1.0", List.of("/bin/sh", "-c", whole, name), List.of(), Map.of());
    }
}
