// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Everything there is to know about one option. The parser, the builder, the error messages and the documentation all
/// read this one place.
///
/// @param <T> the Java type of a value
/// @param name the property's name without [#PREFIX]
/// @param type what a value may be
/// @param defaultValue what holds when nobody says otherwise
/// @param sentence what the option does, in one sentence
record ConfigOption<T>(String name, OptionType<T> type, T defaultValue, String sentence) {
    /// How every property of this project starts.
    static final String PREFIX = "quarry.";

    private static final int MAX_QUOTED_LENGTH = 64;

    /// An option whose default is written the way a user would write it.
    static <T> ConfigOption<T> of(String name, OptionType<T> type, String defaultText, String sentence) {
        T defaultValue = type.parse(defaultText);
        if (defaultValue == null) {
            throw new IllegalArgumentException(refusal(PREFIX + name, defaultText, type));
        }
        return new ConfigOption<>(name, type, defaultValue, sentence);
    }

    /// The property's full name.
    String key() {
        return PREFIX + name;
    }

    /// The value that the text stands for; blanks around it do not count.
    ///
    /// @throws IllegalArgumentException when it stands for none; the message holds key, text and what was expected
    T parse(String text) {
        T value = type.parse(text.strip());
        if (value == null) {
            throw new IllegalArgumentException(refusal(key(), text, type));
        }
        return value;
    }

    /// The value itself.
    ///
    /// @throws IllegalArgumentException when it is out of range; the message holds key, value and what was expected
    T check(T value) {
        if (!type.accepts(value)) {
            throw new IllegalArgumentException(refusal(key(), type.format(value), type));
        }
        return value;
    }

    private static String refusal(String key, String text, OptionType<?> type) {
        String mistake = type.mistake(text);
        String reason = mistake.isEmpty() ? "expected " + type.expected() : mistake;
        return key + "=" + quoted(text) + " is refused: " + reason + ".";
    }

    /// The text on one line of bounded length, so that whatever a user passes the message stays one sentence.
    private static String quoted(String text) {
        String shown = text.length() <= MAX_QUOTED_LENGTH ? text : text.substring(0, MAX_QUOTED_LENGTH) + "...";
        return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
