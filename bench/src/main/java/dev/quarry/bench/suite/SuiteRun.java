// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Runs the steps of a plan, one after another, except those whose result the folder has already. A subject that fails
/// is a row with its reason; the run goes on.
public final class SuiteRun {
    private final Plan plan;
    private final Children children;
    private final ResultFolder folder;
    private final SuiteProgress progress;

    /// The rows that have failed: their other processes would fail as well, perhaps only after their whole time limit.
    private final Set<Row> failedRows = new HashSet<>();

    private record Row(SuiteCase suiteCase, SuiteSubject subject) {
        static Row of(Step step) {
            return new Row(step.suiteCase(), step.subject());
        }
    }

    public SuiteRun(Plan plan, Children children, ResultFolder folder, SuiteProgress progress) {
        this.plan = plan;
        this.children = children;
        this.folder = folder;
        this.progress = progress;
    }

    /// Runs what is left to run.
    ///
    /// @throws CancellationException after [Children#endAll()]; what was done until then is in the folder
    public void run() throws IOException {
        List<Step> left = stepsLeft();
        progress.start(plan.steps().size(), left);
        try {
            for (Step step : left) {
                runUnlessFailed(step);
            }
        } finally {
            progress.finish();
        }
    }

    private void runUnlessFailed(Step step) throws IOException {
        if (failedRows.contains(Row.of(step))) {
            progress.skip(step);
        } else {
            progress.begin(step);
            run(step);
            progress.end(step);
        }
    }

    private List<Step> stepsLeft() throws IOException {
        Set<Step> done = new HashSet<>();
        for (Step step : plan.steps()) {
            Optional<ResultFolder.Kept> kept = folder.kept(step);
            if (kept.isPresent()) {
                done.add(step);
                if (kept.get().failure().isPresent()) {
                    failedRows.add(Row.of(step));
                }
            }
        }
        return plan.steps().stream().filter(step -> !done.contains(step)).toList();
    }

    private void run(Step step) throws IOException {
        try {
            String output = children.run(
                    step.command(plan.scale()),
                    step.subject().environment(),
                    step.suiteCase().limit(plan.scale()));
            check(step, output);
            folder.keep(step, output);
        } catch (ChildFailedException e) {
            fail(step, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            fail(step, "it printed what is not JSON");
        }
    }

    private static void check(Step step, String output) {
        boolean isRight = step.suiteCase().suite() == Suite.JMH
                ? Json.read(output) instanceof List<?>
                : Json.read(output) instanceof Map<?, ?>;
        if (!isRight) {
            throw new IllegalArgumentException(output);
        }
    }

    private void fail(Step step, String reason) throws IOException {
        folder.keepFailure(step, reason);
        failedRows.add(Row.of(step));
        progress.fail(step, reason);
    }
}
