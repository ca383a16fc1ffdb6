// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import org.jspecify.annotations.Nullable;

/// What the values of one option may be, and how they are written as text.
///
/// @param <T> the Java type of a value
interface OptionType<T> {
    /// The kind of value in one word, for the documentation: `size`, `time`, `choice`.
    String kind();

    /// The unit in which the value is kept; empty when it has none.
    String unit();

    /// What a good value looks like, with its range, as the end of the sentence "expected ...".
    String expected();

    /// The value that the text stands for, or null when it stands for none that [#accepts] lets pass. Never throws.
    @Nullable
    T parse(String text);

    /// Whether the value is inside the range.
    boolean accepts(T value);

    /// The value as text; [#parse] reads it back to the same value when [#accepts] lets it pass.
    String format(T value);

    /// What is wrong with a text that stands for no value, where there is more to say than what was expected; else
    /// empty.
    default String mistake(String text) {
        return "";
    }
}
