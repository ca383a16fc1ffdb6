// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes and reads the JSON that the processes of a replay exchange: maps, lists, arrays of longs, strings, numbers,
/// booleans and null. Numbers are read as [Long] where they are whole, else as [Double].
public final class Json {
    private static final int INDENT = 2;

    private Json() {}

    public static String write(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        append(text, value, 0);
        return text.toString();
    }

    /// The value that the text stands for.
    ///
    /// @throws IllegalArgumentException when the text is not one JSON value
    public static @Nullable Object read(String text) {
        return new JsonReader(text).readAll();
    }

    /// The members of the object that the text stands for, in their order.
    ///
    /// @throws IllegalArgumentException when the text is not one JSON object
    @SuppressWarnings("unchecked") // The reader makes maps with strings as keys only.
    public static Map<String, Object> readObject(String text) {
        if (read(text) instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw new IllegalArgumentException("not a JSON object: " + text);
    }

    private static void append(StringBuilder text, @Nullable Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            List<Object> members = new ArrayList<>();
            map.forEach((key, member) -> members.add(new Member(String.valueOf(key), member)));
            appendAll(text, members, '{', '}', depth);
        } else if (value instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
            appendNumbers(text, list);
        } else if (value instanceof List<?> list) {
            appendAll(text, list, '[', ']', depth);
        } else if (value instanceof Member member) {
            appendString(text, member.key);
            text.append(": ");
            append(text, member.value, depth);
        } else if (value instanceof long[] numbers) {
            text.append(Arrays.toString(numbers));
        } else if (value instanceof Double number) {
            text.append(Double.isFinite(number) ? String.format(Locale.ROOT, "%.4f", number) : "null");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            appendString(text, value.toString());
        }
    }

    private record Member(String key, @Nullable Object value) {}

    private static void appendAll(StringBuilder text, List<?> elements, char open, char close, int depth) {
        text.append(open);
        String separator = "\n";
        for (Object element : elements) {
            text.append(separator).repeat(' ', INDENT * (depth + 1));
            append(text, element, depth + 1);
            separator = ",\n";
        }
        if (!elements.isEmpty()) {
            text.append('\n').repeat(' ', INDENT * depth);
        }
        text.append(close);
    }

    /// On one line: there are many of them, and nobody reads them one by one.
    private static void appendNumbers(StringBuilder text, List<?> numbers) {
        text.append('[');
        String separator = "";
        for (Object number : numbers) {
            text.append(separator);
            append(text, number, 0);
            separator = ", ";
        }
        text.append(']');
    }

    private static void appendString(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character == '"' || character == '\\') {
                text.append('\\').append(character);
            } else if (character < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
            } else {
                text.append(character);
            }
        }
        text.append('"');
    }
}
