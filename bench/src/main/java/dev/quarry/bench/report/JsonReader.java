// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A recursive-descent reader of one value.
final class JsonReader {
    private final String text;
    private int position;

    JsonReader(String text) {
        this.text = text;
    }

    @Nullable
    Object readAll() {
        Object value = readValue();
        skipSpace();
        if (position < text.length()) {
            throw unexpected();
        }
        return value;
    }

    private @Nullable Object readValue() {
        return switch (peek()) {
            case '{' -> readMap();
            case '[' -> readList();
            case '"' -> readString();
            default -> readWord();
        };
    }

    private Map<String, @Nullable Object> readMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        expect('{');
        while (peek() != '}') {
            String key = readString();
            expect(':');
            map.put(key, readValue());
            skipComma('}');
        }
        expect('}');
        return map;
    }

    private List<@Nullable Object> readList() {
        List<@Nullable Object> list = new ArrayList<>();
        expect('[');
        while (peek() != ']') {
            list.add(readValue());
            skipComma(']');
        }
        expect(']');
        return list;
    }

    private String readString() {
        expect('"');
        StringBuilder value = new StringBuilder();
        for (char character = next(); character != '"'; character = next()) {
            value.append(character == '\\' ? readEscape() : character);
        }
        return value.toString();
    }

    private char readEscape() {
        char character = next();
        return switch (character) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'u' -> {
                position += 4;
                yield (char) Integer.parseInt(text.substring(position - 4, position), 16);
            }
            default -> character;
        };
    }

    /// A number, or one of the three literals.
    private @Nullable Object readWord() {
        int start = position;
        while (position < text.length() && ",]} \n".indexOf(text.charAt(position)) < 0) {
            position++;
        }
        String word = text.substring(start, position);
        return switch (word) {
            case "null" -> null;
            case "true", "false" -> (Object) Boolean.valueOf(word);
            default -> readNumber(word);
        };
    }

    private static Number readNumber(String word) {
        // No conditional expression: it would turn a Long into a Double.
        if (word.contains(".") || word.contains("e")) {
            return Double.valueOf(word);
        }
        return Long.valueOf(word);
    }

    private void skipComma(char close) {
        if (peek() != close) {
            expect(',');
        }
    }

    private void expect(char character) {
        if (peek() != character) {
            throw unexpected();
        }
        position++;
    }

    private char peek() {
        skipSpace();
        if (position == text.length()) {
            throw unexpected();
        }
        return text.charAt(position);
    }

    private char next() {
        if (position == text.length()) {
            throw unexpected();
        }
        return text.charAt(position++);
    }

    private void skipSpace() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("not JSON at character " + position + ": " + text);
    }
}
