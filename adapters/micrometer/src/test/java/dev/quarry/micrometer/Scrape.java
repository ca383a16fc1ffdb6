// SPDX-License-Identifier: Apache-2.0
package dev.quarry.micrometer;

import java.util.List;
import java.util.stream.Stream;

/// One scrape in Prometheus' text form: lines of `name{labels} value`.
record Scrape(String text) {
    /// {@return how many samples there are with that name and all these labels}
    long samples(String name, String... labels) {
        return lines(name, labels).count();
    }

    /// {@return the sum of the samples with that name and all these labels}
    long sum(String name, String... labels) {
        if (samples(name, labels) == 0) {
            throw new AssertionError("no sample of " + name + List.of(labels) + " in\n" + text);
        }
        return lines(name, labels)
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Stream<String> lines(String name, String... labels) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{"))
                .filter(line -> List.of(labels).stream().allMatch(line::contains));
    }
}
