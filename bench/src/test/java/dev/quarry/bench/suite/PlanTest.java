// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.memory.MemoryRun;
import dev.quarry.bench.micro.JmhSuites;
import dev.quarry.bench.runner.NativeAllocator;
import dev.quarry.bench.suite.Lineup.Missing;
import dev.quarry.bench.suite.SuiteCase.Seconds;
import dev.quarry.bench.suite.SuiteSubject.Group;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Duration QUICK_LIMIT = Duration.ofMinutes(10 - 4);

    private final Lineup lineup = new Lineup(
            List.of(subject("a"), subject("b"), subject("c"), subject("jmh")), List.of(new Missing("d", "not here")));

    private static SuiteSubject subject(String name) {
        return new SuiteSubject(name, Group.NATIVE, "", List.of("run", name), List.of(), Map.of());
    }

    private static SuiteCase suiteCase(Suite suite, String name, List<String> subjects, List<String> others) {
        return new SuiteCase(suite, name, 0, name, "?", "ns/op", new Seconds(1, 10), subjects, others, true);
    }

    private List<String> steps(Scale scale, int processes, SuiteCase... cases) {
        return new Plan(scale, processes, List.of(cases), lineup)
                .steps().stream()
                        .map(step ->
                                step.suiteCase().name() + " " + step.subject().name() + " " + step.process())
                        .toList();
    }

    @Test
    void shouldInterleaveSubjectsAndSpreadProcessesOverTheRun() {
        assertEquals(
                List.of("x a 1", "x b 1", "y a 1", "y c 1", "x b 2", "x a 2", "y c 2", "y a 2"),
                steps(
                        Scale.QUICK,
                        2,
                        suiteCase(Suite.WORKLOADS, "x", List.of("a", "b"), List.of()),
                        suiteCase(Suite.MEMORY, "y", List.of("a", "c"), List.of())));
    }

    @Test
    void shouldAskTheOthersOnlyInAFullRun() {
        SuiteCase suiteCase = suiteCase(Suite.WORKLOADS, "x", List.of("a"), List.of("b", "c"));
        assertEquals(List.of("x a 1"), steps(Scale.QUICK, 1, suiteCase));
        assertEquals(List.of("x a 1", "x b 1", "x c 1"), steps(Scale.FULL, 1, suiteCase));
    }

    @Test
    void shouldSkipWhoIsMissing() {
        assertEquals(
                List.of("x a 1"), steps(Scale.QUICK, 1, suiteCase(Suite.WORKLOADS, "x", List.of("d", "a"), List.of())));
    }

    @Test
    void shouldRunASuiteOfJmhOnce() {
        assertEquals(
                List.of("pair jmh 1"), steps(Scale.FULL, 3, suiteCase(Suite.JMH, "pair", List.of("jmh"), List.of())));
    }

    @Test
    void shouldTellTheProcessWhatToMeasure() {
        SuiteCase suiteCase = suiteCase(Suite.WORKLOADS, "x", List.of("a"), List.of());
        Step step = new Plan(Scale.FULL, 1, List.of(suiteCase), lineup).steps().get(0);
        assertEquals(List.of("run", "a", "workload", "x", "full"), step.command(Scale.FULL));
    }

    @Test
    void shouldGiveAJvmTheFlagsOfItsSuite() {
        SuiteSubject java =
                new SuiteSubject("a", Group.QUARRY, "", List.of("java", "-a"), List.of("Main", "facade"), Map.of());
        List<String> expected = new ArrayList<>(List.of("java", "-a"));
        expected.addAll(MemoryRun.JVM_FLAGS);
        expected.addAll(List.of("Main", "facade", "memory", "x", "quick"));
        assertEquals(expected, java.command(suiteCase(Suite.MEMORY, "x", List.of("a"), List.of()), Scale.QUICK));
        assertEquals(
                List.of("run", "a", "memory", "x", "quick"),
                subject("a").command(suiteCase(Suite.MEMORY, "x", List.of("a"), List.of()), Scale.QUICK),
                "a program in C has none");
    }

    @Test
    void shouldTellTheProcessHowManyThreads() {
        SuiteCase suiteCase = new SuiteCase(
                Suite.WORKLOADS, "x", 1, "W0", "?", "ns/op", new Seconds(1, 10), List.of("a"), List.of(), true);
        Step step = new Plan(Scale.QUICK, 1, List.of(suiteCase), lineup).steps().get(0);
        assertEquals(List.of("run", "a", "workload", "x", "quick", "1"), step.command(Scale.QUICK));
        assertEquals("workloads x 1", suiteCase.label());
    }

    /// The sum of what is expected, on a machine that has everything; four of the ten minutes are for JMH.
    @Test
    void shouldTakeAtMostTenMinutesForAQuickRun() {
        Duration expected = new SuiteNames(SuiteCases.all())
                .select(List.of(), Scale.QUICK).stream()
                        .filter(suiteCase -> suiteCase.suite() != Suite.JMH)
                        .map(suiteCase -> suiteCase
                                .expected(Scale.QUICK)
                                .multipliedBy(
                                        (long) suiteCase.subjects(Scale.QUICK).size() * Scale.QUICK.processes()))
                        .reduce(Duration.ZERO, Duration::plus);
        assertTrue(expected.compareTo(QUICK_LIMIT) <= 0, expected.toString());
    }

    @Test
    void shouldSelectCasesByNameIdAndSuite() {
        SuiteNames names = new SuiteNames(SuiteCases.all());
        assertEquals(
                List.of("workloads mstress", "workloads mstress 1", "latency mstress", "memory keep-one"),
                names.select(List.of("w5", "F3"), Scale.QUICK).stream()
                        .map(SuiteCase::label)
                        .toList());
        assertEquals(
                List.of("workloads mleak"),
                names.select(List.of("mleak"), Scale.QUICK).stream()
                        .map(SuiteCase::label)
                        .toList());
        assertEquals(
                JmhSuites.names(),
                names.select(List.of("jmh"), Scale.QUICK).stream()
                        .map(SuiteCase::name)
                        .toList());
        assertEquals(SuiteCases.all(), names.select(List.of(), Scale.FULL));
        assertFalse(names.isKnown("mstres"));
    }

    @Test
    void shouldNameEachCaseOnce() {
        List<String> names = SuiteCases.all().stream().map(SuiteCase::label).toList();
        assertEquals(names.size(), new HashSet<>(names).size(), names.toString());
    }

    @Test
    void shouldCompareWithEveryNativeAllocator() {
        List<String> natives =
                NativeAllocator.ALL.stream().map(NativeAllocator::label).toList();
        for (SuiteCase suiteCase : SuiteCases.all()) {
            assertTrue(
                    suiteCase.suite() == Suite.JMH || suiteCase.subjects().containsAll(natives), suiteCase.toString());
        }
    }
}
