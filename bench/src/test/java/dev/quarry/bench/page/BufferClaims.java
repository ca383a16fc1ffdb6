// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a `buffers.json` says of Quarry as Netty's pool.
final class BufferClaims {
    private static final String NS = "nsPerBuffer";
    private static final String PEAK = "peakResidentBytes";
    private static final double MIB = 1 << 20;
    private static final int BURST_END_SECONDS = 15;

    /// By case and pool, the values of each process's figures.
    private final Map<String, Map<String, List<Fields>>> processes = new HashMap<>();

    private BufferClaims(Fields file) {
        for (Fields result : file.get("results").elements()) {
            processes
                    .computeIfAbsent(result.get("case").text(), key -> new HashMap<>())
                    .put(result.get("pool").text(), result.get("processes").elements());
        }
    }

    static List<String> of(Fields file) {
        BufferClaims claims = new BufferClaims(file);
        DoubleSummaryStatistics time = claims.ratios(NS, " live, ");
        DoubleSummaryStatistics many = claims.ratios(PEAK, " 65,536 live, ");
        DoubleSummaryStatistics few = claims.ratios(PEAK, " 1,024 live, ");
        String burst = claims.processes.keySet().stream()
                .filter(name -> name.startsWith("burst of "))
                .findFirst()
                .orElseThrow();
        return List.of(
                String.format(
                        Locale.ROOT,
                        "As Netty's pool it takes %.2f to %.2f of the time of the better of Netty's two under the"
                                + " allocation patterns of servers, and the process's peak is %.2f to %.2f of the"
                                + " smaller of theirs with 65,536 live buffers, %.2f to %.2f with 1,024.",
                        time.getMin(),
                        time.getMax(),
                        many.getMin(),
                        many.getMax(),
                        few.getMin(),
                        few.getMax()),
                String.format(
                        Locale.ROOT,
                        "%d seconds after a %s it is %.0f MiB above where it was before, where they are %,.0f and %,.0f.",
                        BURST_END_SECONDS,
                        burst,
                        claims.mebibytesLeft(burst, "quarry"),
                        claims.mebibytesLeft(burst, "adaptive"),
                        claims.mebibytesLeft(burst, "pooled")));
    }

    /// Quarry's median to the lesser of Netty's, over the cases with that in their names.
    private DoubleSummaryStatistics ratios(String figure, String part) {
        List<Double> ratios = new ArrayList<>();
        for (String name : processes.keySet()) {
            Optional<Double> quarry = median(name, "quarry", figure);
            if (name.contains(part) && quarry.isPresent()) {
                double adaptive = median(name, "adaptive", figure).orElseThrow();
                double pooled = median(name, "pooled", figure).orElseThrow();
                ratios.add(quarry.get() / Math.min(adaptive, pooled));
            }
        }
        if (ratios.isEmpty()) {
            throw new IllegalArgumentException("no case has \"" + part + "\" in its name and a figure " + figure);
        }
        return ratios.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    }

    private double mebibytesLeft(String burst, String pool) {
        double after = median(burst, pool, "residentBytesAfter" + BURST_END_SECONDS + "s")
                .orElseThrow();
        return (after - median(burst, pool, "residentBytesBefore").orElseThrow()) / MIB;
    }

    private Optional<Double> median(String name, String pool, String figure) {
        List<Double> values = processes.getOrDefault(name, Map.of()).getOrDefault(pool, List.of()).stream()
                .flatMap(process -> process.find(figure).stream())
                .map(Fields::number)
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.median(values));
    }
}
