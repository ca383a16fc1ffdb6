// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.ProcessLimits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
    private static long bytes(String size) {
        return QuantityUnits.BYTES.parse(size);
    }

    private static MachineFacts machine(String memory, String container, String heap, String direct) {
        long containerBytes = container.equals("none") ? ProcessLimits.UNLIMITED : bytes(container);
        return new MachineFacts(bytes(memory), containerBytes, bytes(heap), bytes(direct), 2);
    }

    private static AllocatorConfig config(MachineFacts machine, String limit, String reserve) {
        return AllocatorConfig.of(Map.of("quarry.limit", limit, "quarry.reserve", reserve), machine);
    }

    @ParameterizedTest
    @CsvSource({
        // machine, container, heap, direct memory, limit, reserve: what is left, and the limit
        "16g, none, 4g, 0, auto, auto, 12032m, 10093173146",
        "16g, 512m, 128m, 0, auto, auto, 128m, 107374183",
        "16g, 2g, 512m, 0, auto, auto, 1280m, 1g",
        "16g, 2g, 512m, 256m, auto, auto, 1g, 858993460",
        "16g, 512m, 384m, 0, auto, auto, -128m, 64m",
        "16g, 512m, 256m, 0, auto, auto, 0, 64m",
        "16g, 512m, 200m, 0, auto, auto, 56m, 64m",
        "16g, 512m, 64g, 0, auto, auto, -256m, 64m",
        "16g, 32g, 4g, 0, auto, auto, 12032m, 10093173146",
        "16g, none, 4g, 0, auto, 1g, 12032m, 1g",
        "16g, none, 4g, 0, 50%, auto, 12032m, 8g",
        "16g, 1000m, 100m, 0, 1%, auto, 644m, 10m",
        "16g, 512m, 128m, 0, 100%, auto, 128m, 512m",
        "65536, none, 64m, 0, 50%, auto, -268435456, 1m",
        "16g, 512m, 128m, 0, 300m, auto, 128m, 300m",
    })
    void shouldComeOut(
            String memory,
            String container,
            String heap,
            String direct,
            String limit,
            String reserve,
            String left,
            String limitSize) {
        AllocatorConfig config = config(machine(memory, container, heap, direct), limit, reserve);
        Budget budget = config.budget();

        long leftBytes = left.startsWith("-") ? -bytes(left.substring(1)) : bytes(left);
        assertEquals(leftBytes, budget.leftBytes());
        assertEquals(bytes(limitSize), budget.limitBytes());
        assertEquals(budget.limitBytes(), config.limitBytes());
        if (limit.equals("auto")) {
            long sum = budget.leftBytes();
            for (Budget.Term term : budget.adjustments()) {
                sum += term.bytes();
            }
            assertEquals(budget.limitBytes(), sum, "the terms add up to the limit");
        }
    }

    @Test
    void shouldSayHowAContainerNarrowedIt() {
        Budget budget =
                config(machine("16g", "2g", "512m", "256m"), "auto", "auto").budget();

        assertEquals(
                "quarry.limit=auto is 819 MiB = 2048 MiB (memory of the container) - 512 MiB (heap at its most)"
                        + " - 256 MiB (-XX:MaxDirectMemorySize) - 256 MiB (the JVM itself)"
                        + " - 204 MiB (a fifth for what nobody counts)",
                budget.line());
        assertFalse(budget.isTooMuch());
    }

    @Test
    void shouldSayThatItIsTheLeast() {
        assertEquals(
                "quarry.limit=auto is 64 MiB = 512 MiB (memory of the container) - 384 MiB (heap at its most)"
                        + " - 256 MiB (the JVM itself) + 192 MiB (up to the least limit)",
                config(machine("16g", "512m", "384m", "0"), "auto", "auto")
                        .budget()
                        .line());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "50%", "100%", "64t"})
    void shouldSayNothingWhereNothingNarrowsIt(String limit) {
        assertNull(config(machine("16g", "none", "4g", "0"), limit, "auto")
                .budget()
                .line());
    }

    @ParameterizedTest
    @CsvSource({"128m, false", "129m, true", "2g, true", "25%, false", "26%, true"})
    void shouldWarnOfALimitAboveWhatTheContainerLeaves(String limit, boolean isTooMuch) {
        Budget budget =
                config(machine("16g", "512m", "128m", "0"), limit, "auto").budget();

        assertEquals(isTooMuch, budget.isTooMuch());
        assertEquals(isTooMuch, budget.line() != null);
        if (limit.equals("2g")) {
            assertEquals(
                    "quarry.limit=2g is 2048 MiB, but others leave 128 MiB = 512 MiB (memory of the container)"
                            + " - 128 MiB (heap at its most) - 256 MiB (the JVM itself): if all use what they may, the"
                            + " kernel ends this process; lower quarry.limit or the heap's maximum, or give the"
                            + " container more",
                    budget.line());
        }
    }

    @Test
    void shouldNotWarnOfTheLeastLimit() {
        assertFalse(config(machine("16g", "512m", "512m", "0"), "64m", "auto")
                .budget()
                .isTooMuch());
    }

    @Test
    void shouldBeAnAdditionInTheReport() {
        AllocatorConfig.Builder builder =
                AllocatorConfig.builder().maintenance(MaintenanceMode.EXTERNAL).limit("auto");
        try (OffHeapAllocator allocator = OffHeapAllocator.create(builder.build(machine("16g", "512m", "128m", "0")))) {
            String report = allocator.report();
            assertTrue(report.contains("""
                    budget                  536,870,912   memory of the container
                    budget                 -134,217,728   heap at its most
                    budget                 -268,435,456   the JVM itself
                    = left                  134,217,728   for the allocator
                    budget                  -26,843,545   a fifth for what nobody counts
                    = limit                 107,374,183   quarry.limit=auto
                    """), report);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "java -Xmx1g, false",
        "java -XX:MaxDirectMemorySize=1g, true",
        "java @options, true",
        "java -XX:Flags=f, true",
        "java -cp a@b, false"
    })
    void shouldAskForDirectMemoryOnlyWhereSomebodyMaySetIt(String words, boolean isMentioned) {
        assertEquals(isMentioned, DirectMemory.isMentioned(words.replace(' ', '\0')));
    }

    @Test
    void shouldFindTheDirectMemoryThatIsSet() throws Exception {
        ChildJvm.run(BudgetChild.class, List.of("-XX:MaxDirectMemorySize=77m"), Long.toString(77L << 20))
                .requireSuccess();
        ChildJvm.run(BudgetChild.class, List.of(), "0").requireSuccess();
    }
}
