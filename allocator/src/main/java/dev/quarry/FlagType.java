// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import org.jspecify.annotations.Nullable;

/// Yes or no, written `true` or `false`.
record FlagType() implements OptionType<Boolean> {
    @Override
    public String kind() {
        return "flag";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return "true or false";
    }

    @Override
    public @Nullable Boolean parse(String text) {
        if (text.equalsIgnoreCase("true")) {
            return Boolean.TRUE;
        }
        return text.equalsIgnoreCase("false") ? Boolean.FALSE : null;
    }

    @Override
    public boolean accepts(Boolean value) {
        return true;
    }

    @Override
    public String format(Boolean value) {
        return value.toString();
    }
}
