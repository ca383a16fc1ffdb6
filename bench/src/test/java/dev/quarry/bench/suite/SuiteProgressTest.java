// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.bench.suite.SuiteCase.Seconds;
import dev.quarry.bench.suite.SuiteSubject.Group;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SuiteProgressTest {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private long nowNs;
    private final SuiteProgress progress =
            new SuiteProgress(new PrintStream(text, true, StandardCharsets.UTF_8), false, () -> nowNs, Scale.QUICK);

    private final List<Step> steps = List.of(step("x", 1), step("x", 2), step("y", 1));

    private static Step step(String name, int process) {
        SuiteCase suiteCase = new SuiteCase(
                Suite.WORKLOADS, name, 0, name, "?", "ns/op", new Seconds(10, 100), List.of(), List.of(), true);
        return new Step(
                suiteCase, new SuiteSubject("quarry", Group.QUARRY, "", List.of(), List.of(), Map.of()), process);
    }

    private void advance(int seconds) {
        nowNs += Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void shouldLearnHowLongProcessesTake() {
        progress.start(3, steps);
        progress.begin(steps.get(0));
        assertEquals(Duration.ofSeconds(30), progress.timeLeft(), "as expected at first");
        advance(4);
        assertEquals(Duration.ofSeconds(26), progress.timeLeft());
        advance(1);
        progress.end(steps.get(0));
        assertEquals(Duration.ofSeconds(10), progress.timeLeft(), "each took half of what was expected");
        progress.begin(steps.get(1));
        advance(5);
        progress.end(steps.get(1));
        progress.begin(steps.get(2));
        advance(60);
        assertEquals(Duration.ZERO, progress.timeLeft(), "never less than nothing");
        progress.end(steps.get(2));
        progress.finish();
        assertEquals("""
                [  1/3] workloads x, quarry, about 30 s left
                [  2/3] workloads x, quarry, process 2, about 10 s left
                [  3/3] workloads y, quarry, about 5 s left
                """, text.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"));
    }

    @Test
    void shouldCountWhatWasDoneBeforeAndWhatIsSkipped() {
        progress.start(3, steps.subList(1, 3));
        progress.skip(steps.get(1));
        progress.begin(steps.get(2));
        assertEquals("""
                Going on: 1 of 3 processes are done.
                [  3/3] workloads y, quarry, about 10 s left
                """, text.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"));
    }
}
