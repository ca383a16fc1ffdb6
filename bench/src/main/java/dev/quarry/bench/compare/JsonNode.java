// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A value in a JSON file, and where it is: for messages that say what is wrong.
///
/// @param path  file and members that lead to it
/// @param value as [dev.quarry.bench.report.Json] reads it
record JsonNode(String path, @Nullable Object value) {
    /// The member of that name.
    ///
    /// @throws IllegalArgumentException when there is none
    JsonNode get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException(path + " has no \"" + name + "\""));
    }

    /// The member of that name, unless there is none or it is null.
    Optional<JsonNode> find(String name) {
        return value instanceof Map<?, ?> map && map.get(name) != null
                ? Optional.of(new JsonNode(path + "." + name, map.get(name)))
                : Optional.empty();
    }

    List<JsonNode> elements() {
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException(path + " is not a list");
        }
        List<JsonNode> elements = new ArrayList<>();
        for (Object element : list) {
            elements.add(new JsonNode(path + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    double number() {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException(path + " is not a number");
    }

    String text() {
        return String.valueOf(value);
    }
}
