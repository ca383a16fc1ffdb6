// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the live file is: `auto`, `off`, or a folder's absolute path.
record LiveType() implements OptionType<String> {
    static final String AUTO = "auto";
    static final String OFF = "off";

    @Override
    public String kind() {
        return "folder";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return "auto, off, or the absolute path of a folder";
    }

    @Override
    public @Nullable String parse(String text) {
        return accepts(text) ? text : null;
    }

    @Override
    public boolean accepts(String value) {
        if (value.equals(AUTO) || value.equals(OFF)) {
            return true;
        }
        try {
            return Path.of(value).isAbsolute();
        } catch (InvalidPathException none) {
            return false;
        }
    }

    @Override
    public String format(String value) {
        return value;
    }
}
