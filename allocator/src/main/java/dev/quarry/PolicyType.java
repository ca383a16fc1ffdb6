// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import org.jspecify.annotations.Nullable;

/// A [NumaPolicy] in its text form.
record PolicyType() implements OptionType<NumaPolicy> {
    @Override
    public String kind() {
        return "policy";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return "local, preferred:N, bind:N,M, interleave, interleave:N,M or off, where N and M are numbers of nodes";
    }

    @Override
    public @Nullable NumaPolicy parse(String text) {
        return NumaPolicy.parse(text);
    }

    @Override
    public boolean accepts(NumaPolicy value) {
        return true;
    }

    @Override
    public String format(NumaPolicy value) {
        return value.toString();
    }
}
