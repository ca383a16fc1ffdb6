// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.View.Entry;
import dev.quarry.bench.page.View.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What `env.json` says of the machine and the run, whatever that is.
final class Environment {
    private static final String RUN = "Run";
    private static final String BYTES = "Bytes";

    private Environment() {}

    /// A part for each object of the file, and one for what stands outside of them.
    static List<Facts> facts(Fields file) {
        List<Entry> run = new ArrayList<>();
        List<Facts> parts = new ArrayList<>();
        file.allMembers().forEach((name, value) -> {
            if (value.isObject()) {
                List<Entry> entries = new ArrayList<>();
                addAll(entries, "", value);
                parts.add(new Facts(capitalised(words(name)), entries));
            } else {
                run.add(entry(words(name), name, value));
            }
        });
        if (!run.isEmpty()) {
            parts.add(0, new Facts(RUN, run));
        }
        return parts;
    }

    /// The first member of that name that is no object, wherever it is.
    static Optional<String> find(Fields object, String name) {
        for (Map.Entry<String, Fields> member : object.members().entrySet()) {
            Fields value = member.getValue();
            if (value.isObject()) {
                Optional<String> found = find(value, name);
                if (found.isPresent()) {
                    return found;
                }
            } else if (member.getKey().equals(name)) {
                return Optional.of(text(value));
            }
        }
        return Optional.empty();
    }

    private static void addAll(List<Entry> entries, String prefix, Fields object) {
        object.allMembers().forEach((name, value) -> {
            String fullName = prefix.isEmpty() ? words(name) : prefix + ", " + words(name);
            if (value.isObject()) {
                addAll(entries, fullName, value);
            } else {
                entries.add(entry(fullName, name, value));
            }
        });
    }

    private static Entry entry(String fullName, String name, Fields value) {
        return new Entry(
                fullName, name.endsWith(BYTES) && value.isNumber() ? Words.bytes(value.number()) : text(value));
    }

    private static String text(Fields value) {
        if (value.isNull()) {
            return "–";
        }
        if (value.isList()) {
            List<String> texts =
                    value.elements().stream().map(Environment::elementText).toList();
            return texts.isEmpty() ? "none" : String.join(" · ", texts);
        }
        return value.plain();
    }

    private static String elementText(Fields element) {
        if (!element.isObject()) {
            return text(element);
        }
        List<Entry> entries = new ArrayList<>();
        addAll(entries, "", element);
        return String.join(
                ", ",
                entries.stream().map(entry -> entry.name() + " " + entry.text()).toList());
    }

    /// `memoryLimitBytes` is memory limit: the figure says its unit itself.
    private static String words(String name) {
        return name.replaceFirst("(?<=.)" + BYTES + "$", "")
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    private static String capitalised(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
