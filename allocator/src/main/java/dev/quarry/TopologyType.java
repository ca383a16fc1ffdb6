// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.Topology;
import org.jspecify.annotations.Nullable;

/// A machine's nodes in the text form of [Topology#parse], or `auto` for those of this machine.
record TopologyType() implements OptionType<String> {
    static final String AUTO = "auto";

    @Override
    public String kind() {
        return "topology";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return "auto, or nodes such as 0:cpus=0-3,mem=16g;1:cpus=4-7,mem=16g with distances where they matter";
    }

    @Override
    public @Nullable String parse(String text) {
        return accepts(text) ? text : null;
    }

    @Override
    public boolean accepts(String value) {
        return mistake(value).isEmpty();
    }

    @Override
    public String format(String value) {
        return value;
    }

    @Override
    public String mistake(String text) {
        if (text.equals(AUTO)) {
            return "";
        }
        try {
            Topology.parse(text);
            return "";
        } catch (IllegalArgumentException wrong) {
            return String.valueOf(wrong.getMessage());
        }
    }
}
