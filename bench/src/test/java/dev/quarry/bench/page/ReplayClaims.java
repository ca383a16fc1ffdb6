// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What a `replay.json` says of Quarry, and others of traces that are not shipped.
final class ReplayClaims {
    private static final String LOCAL = "quarry";
    private static final String LOCAL_EXPORT = "quarry-export";
    private static final String FACADE = "facade";
    private static final String FACADE_EXPORT = "facade-export";
    private static final String TO_NETTY = "ratioTo netty-adaptive";
    private static final String TO_NATIVE = "ratioToNative";

    private ReplayClaims() {}

    /// What one or several of them say, the first of which has the means.
    static List<String> of(List<Fields> files) {
        Fields first = files.get(0);
        Map<String, Double> held = new TreeMap<>();
        List<Double> metadata = new ArrayList<>();
        List<String> sentences = new ArrayList<>(means(first));
        for (Fields file : files) {
            for (Fields workload : file.get("workloads").elements()) {
                Fields row = named(workload.get("rows"), LOCAL);
                row.find("heldRatioToNative")
                        .ifPresent(ratio -> held.put(workload.get("name").text(), ratio.number()));
                row.find("metadataShareOfCommitted").ifPresent(share -> metadata.add(share.number()));
            }
        }
        for (Fields workload : first.get("workloads").elements()) {
            if (workload.get("kind").text().equals("EXCHANGE")) {
                sentences.add(String.format(
                        Locale.ROOT,
                        "From one thread to another a block takes %s the time that it takes in the fastest native one, with"
                                + " the export %s it.",
                        Words.share(ratioToNative(workload, LOCAL)),
                        Words.share(ratioToNative(workload, LOCAL_EXPORT))));
            }
        }
        sentences.add(held(held, metadata));
        return sentences;
    }

    private static List<String> means(Fields file) {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "On recorded traces of real programs a call by the handle that a thread keeps takes %s the time of"
                                + " one of Netty's adaptive allocator and %s that of one of each trace's fastest native"
                                + " allocator; by the facade it is %s and %s.",
                        Words.share(mean(file, LOCAL, TO_NETTY)),
                        Words.share(mean(file, LOCAL, TO_NATIVE)),
                        Words.number(mean(file, FACADE, TO_NETTY)),
                        Words.number(mean(file, FACADE, TO_NATIVE))),
                String.format(
                        Locale.ROOT,
                        "With the export that Agrona's users pass it is %s and %s, by the facade %s and %s.",
                        Words.number(mean(file, LOCAL_EXPORT, TO_NETTY)),
                        Words.number(mean(file, LOCAL_EXPORT, TO_NATIVE)),
                        Words.number(mean(file, FACADE_EXPORT, TO_NETTY)),
                        Words.number(mean(file, FACADE_EXPORT, TO_NATIVE))));
    }

    private static double mean(Fields file, String name, String ratio) {
        return named(file.get("geometricMeans"), name).get(ratio).number();
    }

    private static double ratioToNative(Fields workload, String name) {
        return named(workload.get("rows"), name).get(TO_NATIVE).number();
    }

    private static Fields named(Fields list, String name) {
        return list.elements().stream()
                .filter(element -> element.get("name").text().equals(name))
                .findFirst()
                .orElseThrow(() -> list.wrong("has no " + name));
    }

    private static String held(Map<String, Double> ratios, List<Double> metadata) {
        Map.Entry<String, Double> least =
                ratios.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        Map.Entry<String, Double> most =
                ratios.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        return String.format(
                Locale.ROOT,
                "At a trace's peak it holds %.2f (%s) to %.2f (%s) times the least of the native ones, metadata being %.1f"
                        + " to %.1f %% of what is committed.",
                least.getValue(),
                least.getKey(),
                most.getValue(),
                most.getKey(),
                100 * metadata.stream().min(Comparator.naturalOrder()).orElseThrow(),
                100 * metadata.stream().max(Comparator.naturalOrder()).orElseThrow());
    }
}
