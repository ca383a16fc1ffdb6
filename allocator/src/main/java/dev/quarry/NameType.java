// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A short name from characters that a kernel's mapping name and every metrics system let through.
///
/// @param maxLength the greatest number of characters
record NameType(int maxLength) implements OptionType<String> {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]+");

    @Override
    public String kind() {
        return "name";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return "1 to " + maxLength + " of the characters a-z, A-Z, 0-9, dot, hyphen and underscore";
    }

    @Override
    public @Nullable String parse(String text) {
        return accepts(text) ? text : null;
    }

    @Override
    public boolean accepts(String value) {
        return value.length() <= maxLength && ALLOWED.matcher(value).matches();
    }

    @Override
    public String format(String value) {
        return value;
    }
}
