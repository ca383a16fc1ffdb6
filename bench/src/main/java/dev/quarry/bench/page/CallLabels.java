// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.JmhFile.Case;
import dev.quarry.bench.page.JmhFile.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What the cases of a JMH suite are called: what all of them have in common is left out.
final class CallLabels {
    private static final List<String> SIZES = List.of("byteSize", "size", "bytes");
    /// Methods that differ in nothing but the number of their threads, which stands in the label anyway.
    private static final Pattern METHOD_OF_THREADS = Pattern.compile("threads[0-9]+");

    private static final Map<String, String> TYPES =
            Map.of("ThreadsBenchmark", "platform threads", "VirtualThreadsBenchmark", "virtual threads");

    private final boolean hasTypes;
    private final boolean hasMethods;
    private final boolean hasThreads;

    CallLabels(JmhFile file) {
        hasTypes = file.entries().stream().map(Entry::type).distinct().count() > 1;
        hasMethods = file.entries().stream().map(Entry::method).distinct().count() > 1;
        hasThreads = file.entries().stream().map(Entry::threads).distinct().count() > 1;
    }

    String of(Case parameters) {
        String label = label(parameters, name -> true, true);
        return label.isEmpty() ? parameters.method() : label;
    }

    /// What is left of a case's name without its size.
    String withoutSize(Case parameters) {
        return label(parameters, name -> !SIZES.contains(name), true);
    }

    /// What is left of a case's name without its number of threads.
    String withoutThreads(Case parameters) {
        return label(parameters, name -> true, false);
    }

    private String label(Case parameters, Predicate<String> isNamed, boolean isWithThreads) {
        List<String> parts = new ArrayList<>();
        if (hasTypes) {
            parts.add(TYPES.getOrDefault(parameters.type(), parameters.type()));
        }
        if (hasMethods && !METHOD_OF_THREADS.matcher(parameters.method()).matches()) {
            parts.add(parameters.method());
        }
        parameters.parameters().forEach((name, value) -> {
            if (isNamed.test(name)) {
                parts.add(of(name, value));
            }
        });
        if (hasThreads && isWithThreads) {
            parts.add(Words.threads(parameters.threads()));
        }
        return String.join(", ", parts);
    }

    /// The size of a case's blocks in bytes, where it has one.
    static OptionalDouble sizeBytes(Case parameters) {
        return SIZES.stream()
                .filter(parameters.parameters()::containsKey)
                .map(parameters.parameters()::get)
                .filter(CallLabels::isWhole)
                .mapToDouble(Double::parseDouble)
                .findFirst();
    }

    private static String of(String name, String value) {
        if (SIZES.contains(name) && isWhole(value)) {
            return Words.size(Double.parseDouble(value));
        }
        return isWhole(value) ? name + " " + value : value;
    }

    private static boolean isWhole(String value) {
        return value.matches("[0-9]{1,15}");
    }
}
