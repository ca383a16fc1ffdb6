// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Topology;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a process loads in which the allocator starts and serves its first blocks. Classes that the JVM generates, and
/// large parts of the JDK that are used once, stay in its memory and are most of what a small process costs.
@Tag("once")
class StartFootprintTest {
    private static List<String> loaded;

    @BeforeAll
    static void start() throws Exception {
        ChildJvm.Outcome outcome =
                ChildJvm.run(StartFootprintChild.class, List.of("-Xlog:class+load=info:stdout:none"));
        outcome.requireSuccess();
        List<String> lines = outcome.output().lines().toList();
        int begin = lines.indexOf(StartFootprintChild.BEGIN);
        int end = lines.indexOf(StartFootprintChild.END);
        assertTrue(begin >= 0 && end > begin, outcome.output());
        loaded = lines.subList(begin, end).stream()
                .filter(line -> line.contains(" source: "))
                .map(line -> line.substring(0, line.indexOf(" source: ")))
                .toList();
        assertTrue(loaded.contains(OffHeapAllocator.class.getName()), loaded::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.util.Formatter",
                "java.lang.runtime.ObjectMethods",
                "jdk.internal.logger.",
                "jdk.jfr.internal."
            })
    void shouldDoWithout(String prefix) {
        assertEquals(
                List.of(),
                loaded.stream().filter(name -> name.startsWith(prefix)).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.quarry.numa.",
                "dev.quarry.internal.region.",
                "dev.quarry.internal.buddy.",
                "dev.quarry.internal.slab."
            })
    void shouldGenerateNoClassForALambda(String prefix) {
        assertEquals(
                List.of(),
                loaded.stream()
                        .filter(name -> name.startsWith(prefix) && name.contains("$$Lambda"))
                        .toList());
    }

    /// And by another one for the cpu, where threads can run on several nodes.
    @Test
    void shouldLinkSystemCallsByOneShape() {
        assertEquals(
                Topology.read().nodes().size() == 1 ? 1 : 2,
                loaded.stream().filter(name -> name.contains(".DowncallStub/")).count());
    }
}
