// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import org.jspecify.annotations.Nullable;

/// A short name from characters that a kernel's mapping name and every metrics system let through.
///
/// @param maxLength the greatest number of characters
record NameType(int maxLength) implements OptionType<String> {
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
        boolean allowed = !value.isEmpty() && value.length() <= maxLength;
        for (int index = 0; allowed && index < value.length(); index++) {
            allowed = isAllowed(value.charAt(index));
        }
        return allowed;
    }

    private static boolean isAllowed(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_';
    }

    @Override
    public String format(String value) {
        return value;
    }
}
