// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One of a few words: the constants of an enum, written in lower case with hyphens (`BEST_EFFORT` is `best-effort`).
///
/// @param <E> the enum
/// @param values its constants, in their order
record ChoiceType<E extends Enum<E>>(List<E> values) implements OptionType<E> {
    /// @param values of the enum, all of them
    static <E extends Enum<E>> ChoiceType<E> of(E[] values) {
        return new ChoiceType<>(List.of(values));
    }

    @Override
    public String kind() {
        return "choice";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return values.stream().map(this::format).collect(Collectors.joining(", ", "one of ", ""));
    }

    @Override
    public @Nullable E parse(String text) {
        for (E value : values) {
            if (format(value).equalsIgnoreCase(text)) {
                return value;
            }
        }
        return null;
    }

    @Override
    public boolean accepts(E value) {
        return true;
    }

    @Override
    public String format(E value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
