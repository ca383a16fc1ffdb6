// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.Locale;

/// How large a case is run. The shape of a case is the same at every scale.
public enum Scale {
    /// For tests: about a hundredth of the memory, and no waiting.
    TINY(128),
    /// A quarter of the memory, and short waits.
    QUICK(4),
    /// As the specification of the case says.
    FULL(1);

    private final int divisor;

    Scale(int divisor) {
        this.divisor = divisor;
    }

    /// {@return the scale by the name that command lines give it}
    /// @throws IllegalArgumentException for any other name
    public static Scale of(String argument) {
        return valueOf(argument.toUpperCase(Locale.ROOT));
    }

    /// {@return a size or a count at this scale, at least 1}
    /// @param full the same at full scale
    int of(int full) {
        return Math.max(1, full / divisor);
    }

    /// Chooses between three values, where a case does not shrink evenly.
    int choose(int tiny, int quick, int full) {
        return switch (this) {
            case TINY -> tiny;
            case QUICK -> quick;
            case FULL -> full;
        };
    }
}
