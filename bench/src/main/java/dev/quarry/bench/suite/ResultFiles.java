// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.micro.JmhSuites;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.suite.Lineup.Missing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes the result files of what the processes said.
public final class ResultFiles {
    /// The file that says on what and with what the others were measured.
    public static final String ENVIRONMENT = "env.json";

    private static final int FORMAT = 1;

    private final Plan plan;
    private final ResultFolder folder;
    private final List<String> failures = new ArrayList<>();

    public ResultFiles(Plan plan, ResultFolder folder) {
        this.plan = plan;
        this.folder = folder;
    }

    /// Writes all of them, and with that ends the run.
    ///
    /// @param environment what is to be said of the machine and of what was measured
    /// @return what failed, a sentence for each row
    public List<String> write(Map<String, Object> environment) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        List<String> jmhSuites = new ArrayList<>();
        for (Suite suite : Suite.withOneFile()) {
            files.put(suite.fileName(), Json.write(document(suite)));
        }
        for (SuiteCase suiteCase : cases(Suite.JMH)) {
            Optional<String> output = jmhOutput(suiteCase);
            if (output.isPresent()) {
                jmhSuites.add(suiteCase.name());
                files.put(Suite.JMH.fileName(suiteCase.name()), output.get());
            }
        }
        Map<String, Object> complete = new LinkedHashMap<>(environment);
        complete.put("jmhSuites", jmhSuites);
        complete.put("failures", failures);
        files.put(ENVIRONMENT, Json.write(complete));
        folder.finish(files);
        return List.copyOf(failures);
    }

    private List<SuiteCase> cases(Suite suite) {
        return plan.cases().stream()
                .filter(suiteCase -> suiteCase.suite() == suite)
                .toList();
    }

    private Map<String, Object> document(Suite suite) throws IOException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("format", FORMAT);
        document.put("suite", suite.label());
        document.put("scale", plan.scale().argument());
        List<Object> documents = new ArrayList<>();
        for (SuiteCase suiteCase : cases(suite)) {
            documents.add(document(suiteCase));
        }
        document.put("cases", documents);
        document.put(
                "missing",
                plan.lineup().missing().stream().map(ResultFiles::document).toList());
        return document;
    }

    private static Map<String, Object> document(Missing missing) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("subject", missing.subject());
        document.put("reason", missing.reason());
        return document;
    }

    private Map<String, Object> document(SuiteCase suiteCase) throws IOException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (SuiteSubject subject : plan.subjects(suiteCase)) {
            rows.add(row(suiteCase, subject));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", suiteCase.name());
        document.put("id", suiteCase.id());
        document.put("threads", threads(rows));
        document.put("question", suiteCase.question());
        document.put("unit", suiteCase.unit());
        document.put("rows", rows);
        return document;
    }

    private Map<String, @Nullable Object> row(SuiteCase suiteCase, SuiteSubject subject) throws IOException {
        List<Object> processes = new ArrayList<>();
        String failure = null;
        for (Step step : plan.steps(suiteCase, subject)) {
            ResultFolder.Kept kept = folder.kept(step).orElse(ResultFolder.Kept.NOTHING);
            if (kept.output().isPresent()) {
                processes.add(Json.readObject(kept.output().get()));
            }
            failure = failure == null ? kept.failure().orElse(null) : failure;
        }
        if (failure != null) {
            failures.add("%s, %s: %s".formatted(suiteCase.label(), subject.name(), failure));
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("subject", subject.name());
        row.put("group", subject.group().label());
        row.put("processes", processes);
        row.put("failure", failure);
        return row;
    }

    /// How many the processes said that they ran, as a figure or as a fact; one where they do not say.
    private static long threads(List<Map<String, @Nullable Object>> rows) {
        return rows.stream()
                .map(row -> row.get("processes"))
                .flatMap(processes -> processes instanceof List<?> list ? list.stream() : Stream.of())
                .flatMap(process -> process instanceof Map<?, ?> map ? Stream.of(map, map.get("facts")) : Stream.of())
                .map(said -> said instanceof Map<?, ?> map ? map.get("threads") : null)
                .filter(Long.class::isInstance)
                .mapToLong(Long.class::cast)
                .findFirst()
                .orElse(1);
    }

    private Optional<String> jmhOutput(SuiteCase suiteCase) throws IOException {
        for (SuiteSubject subject : plan.subjects(suiteCase)) {
            for (Step step : plan.steps(suiteCase, subject)) {
                ResultFolder.Kept kept = folder.kept(step).orElse(ResultFolder.Kept.NOTHING);
                kept.failure().ifPresent(reason -> failures.add("jmh " + suiteCase.name() + ": " + reason));
                kept.output().ifPresent(output -> tellMissing(suiteCase.name(), output));
                return kept.output();
            }
        }
        return Optional.empty();
    }

    private void tellMissing(String suite, String output) {
        if (Json.read(output) instanceof List<?> results) {
            for (String what : JmhSuites.missing(suite, plan.scale() == Scale.QUICK, results)) {
                failures.add("jmh " + suite + ": no figure for " + what);
            }
        }
    }
}
