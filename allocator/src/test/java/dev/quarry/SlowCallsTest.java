// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The compiler leaves slow paths out of their callers, however often they run: seen in what it says of them.
@Tag("once")
class SlowCallsTest {
    private static final String DONE = "the loop is done";
    private static List<String> decisions;

    /// What a JVM of its own runs: slow paths often enough to be hot.
    public static void main(String[] arguments) {
        OffHeapAllocator allocator = OffHeapAllocator.system();
        long[] blocks = new long[1000];
        for (int round = 0; round < 400; round++) {
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = allocator.malloc(1000L + i % 10 * 20_000);
            }
            for (long block : blocks) {
                allocator.free(block);
            }
        }
        System.out.println(DONE);
    }

    @BeforeAll
    static void start() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(
                SlowCallsTest.class,
                List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+PrintInlining", "-XX:-BackgroundCompilation"));
        outcome.requireSuccess();
        List<String> lines = outcome.output().lines().toList();
        assertTrue(lines.contains(DONE), outcome::output);
        decisions = lines.stream()
                .filter(line -> line.contains("@") && line.contains(".SlowCallsOutOfLine"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mallocSpan", "mallocSlot", "freeRarely", "refill", "settleFull", "freeSpan"})
    void shouldStayACall(String method) {
        List<String> ofMethod = decisions.stream()
                .filter(line -> line.contains("::" + method + " "))
                .toList();
        assertFalse(ofMethod.isEmpty(), "the compiler never came to it");
        assertEquals(
                List.of(),
                ofMethod.stream()
                        .filter(line -> !line.contains("failed to inline"))
                        .toList());
    }
}
