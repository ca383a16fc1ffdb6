// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What all processes of a run have in common. A run that was interrupted goes on only where all of this is the same:
/// else its figures would be of two programs.
///
/// @param commit    of the checkout; empty where there is none
/// @param changes   a digest of what is changed in the checkout since that commit; empty where nothing is
/// @param scale     how much is measured
/// @param processes how many measure a row
/// @param cases     the names of the cases
/// @param jvm       which JVM runs
/// @param cpu       which processor it runs on
public record RunIdentity(
        String commit, String changes, String scale, long processes, List<String> cases, String jvm, String cpu) {
    /// Copies the list.
    public RunIdentity {
        cases = List.copyOf(cases);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("commit", commit);
        map.put("changes", changes);
        map.put("scale", scale);
        map.put("processes", processes);
        map.put("cases", cases);
        map.put("jvm", jvm);
        map.put("cpu", cpu);
        return map;
    }

    /// Reads what [#toMap()] wrote.
    ///
    /// @throws IllegalArgumentException when something is missing
    static RunIdentity of(Map<String, ?> map) {
        if (map.get("processes") instanceof Long processes && map.get("cases") instanceof List<?> cases) {
            return new RunIdentity(
                    text(map, "commit"),
                    text(map, "changes"),
                    text(map, "scale"),
                    processes,
                    cases.stream().map(String::valueOf).toList(),
                    text(map, "jvm"),
                    text(map, "cpu"));
        }
        throw new IllegalArgumentException("processes or cases are missing");
    }

    private static String text(Map<String, ?> map, String name) {
        if (map.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(name + " is missing");
    }

    /// Why the results of another run cannot be put beside those of this one: the first thing in which they differ.
    Optional<String> difference(RunIdentity other) {
        Map<String, Object> was = other.toMap();
        return toMap().entrySet().stream()
                .filter(entry -> !entry.getValue().equals(was.get(entry.getKey())))
                .map(entry -> "%s: now %s, then %s"
                        .formatted(entry.getKey(), said(entry.getValue()), said(was.get(entry.getKey()))))
                .findFirst();
    }

    private static String said(@Nullable Object value) {
        return value == null || value.equals("") ? "none" : value.toString();
    }
}
