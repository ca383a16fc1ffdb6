// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.Aims.Aim;
import dev.quarry.bench.page.View.Entry;
import dev.quarry.bench.page.View.Facts;
import dev.quarry.bench.page.View.Loss;
import dev.quarry.bench.page.View.Notice;
import dev.quarry.bench.page.View.Plot;
import dev.quarry.bench.page.View.Question;
import dev.quarry.bench.page.View.Section;
import dev.quarry.bench.report.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// All that the page says. The components are the names in the template.
///
/// @param run the folder's name
/// @param origin machine, JDK and commit, on one line
/// @param isQuick whether the figures are for orientation only
/// @param score in how many cases of each part Quarry is ahead
/// @param sections the parts with anything in them
/// @param losses where Quarry is behind, and why
/// @param missing the allocators that were not there
/// @param plots what the script draws, as JSON
record Page(
        String run,
        String origin,
        boolean isQuick,
        List<Entry> score,
        List<Aim> aims,
        List<Section> sections,
        List<Loss> losses,
        List<Entry> missing,
        List<Facts> environment,
        String style,
        String library,
        String script,
        String plots,
        Notice notice) {
    private static final String ASSETS = "/dev/quarry/bench/page/";
    /// So many characters tell one commit from another, and are the day of a time.
    private static final int COMMIT = 12;

    private static final int DAY = 10;

    /// Computes everything.
    ///
    /// @throws BadResultsException when a result file does not say what it must, or a note is on no case
    static Page of(ResultsFolder results) {
        List<Section> sections = Stream.of(
                        WorkloadSection.of(results.workloads(), results.notes()),
                        CallSection.of(results.calls(), results.notes()),
                        LatencySection.of(results.latency(), results.notes()),
                        MemorySection.of(results.memory(), results.notes()),
                        ScalingSection.of(results))
                .filter(section -> !section.questions().isEmpty())
                .toList();
        checkNotes(results.notes(), sections);
        return new Page(
                results.name(),
                origin(results.environment()),
                !results.workloads().scale().equals("full"),
                sections.stream().map(Page::score).toList(),
                Aims.of(results),
                sections,
                losses(sections),
                missing(results),
                Environment.facts(results.environment()),
                Resources.read(ASSETS + "page.css"),
                Library.code(),
                Resources.read(ASSETS + "page.js"),
                plots(sections),
                Library.notice());
    }

    // For the template, which cannot ask whether a list is empty.

    boolean hasMissing() {
        return !missing.isEmpty();
    }

    boolean hasAims() {
        return !aims.isEmpty();
    }

    private static void checkNotes(Map<String, String> notes, List<Section> sections) {
        Set<String> keys = new LinkedHashSet<>();
        sections.forEach(section -> section.questions().forEach(question -> keys.add(question.key())));
        for (String key : notes.keySet()) {
            if (!keys.contains(key)) {
                throw new BadResultsException(
                        "notes.json has a note on \"" + key + "\", which is none of this run's cases: " + keys);
            }
        }
    }

    private static String origin(Fields environment) {
        List<String> parts = new ArrayList<>();
        Environment.find(environment, "cpu").ifPresent(parts::add);
        Environment.find(environment, "processors").ifPresent(count -> parts.add(count + " processors"));
        Environment.find(environment, "kernel").ifPresent(parts::add);
        Environment.find(environment, "jvm").ifPresent(parts::add);
        Environment.find(environment, "commit").ifPresent(commit -> parts.add("commit " + shortened(commit, COMMIT)));
        Environment.find(environment, "begun").ifPresent(begun -> parts.add(shortened(begun, DAY)));
        return String.join(" · ", parts);
    }

    private static String shortened(String text, int characters) {
        return text.substring(0, Math.min(characters, text.length()));
    }

    private static Entry score(Section section) {
        int all = section.questions().size();
        long behind = section.questions().stream().filter(Question::isLost).count();
        return new Entry(section.title(), (all - behind) + " of " + all);
    }

    private static List<Loss> losses(List<Section> sections) {
        List<Loss> losses = new ArrayList<>();
        for (Section section : sections) {
            for (Question question : section.questions()) {
                if (question.isLost()) {
                    losses.add(new Loss(
                            question.anchor(),
                            section.title() + ": " + question.title(),
                            question.words(),
                            question.note()));
                }
            }
        }
        return losses;
    }

    private static List<Entry> missing(ResultsFolder results) {
        Map<String, String> reasons = new LinkedHashMap<>();
        Stream.of(results.workloads(), results.memory(), results.latency())
                .forEach(file -> file.missing().forEach(reasons::putIfAbsent));
        List<Entry> missing = new ArrayList<>();
        reasons.forEach((name, reason) -> missing.add(new Entry(name, reason)));
        return missing;
    }

    /// In JSON a `<` stands in strings only, where it may be written by its number: then nothing ends the element.
    private static String plots(List<Section> sections) {
        Map<String, Object> plots = new LinkedHashMap<>();
        for (Section section : sections) {
            section.plots().forEach(plot -> plots.put(plot.id(), data(plot)));
            section.questions().forEach(question -> question.plots().forEach(plot -> plots.put(plot.id(), data(plot))));
        }
        return Json.write(plots).replace("<", "\\u003c");
    }

    private static Map<String, Object> data(Plot plot) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("kind", plot.kind());
        data.put("caption", plot.caption());
        data.putAll(plot.data());
        return data;
    }
}
