// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.Locale;

/// What kind of allocator a row measures. The page gives each kind one colour.
enum Group {
    QUARRY,
    /// Called from Java, whatever it does underneath.
    JAVA,
    /// Called from C.
    NATIVE,
    /// An allocator that does nothing: the time of the measurement itself.
    VOID;

    static Group of(Fields name) {
        for (Group group : values()) {
            if (group.argument().equals(name.text())) {
                return group;
            }
        }
        throw name.wrong("is no kind of allocator (quarry, java, native, void)");
    }

    /// The name in the result files and in the style sheet.
    String argument() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isCompetitor() {
        return this == JAVA || this == NATIVE;
    }
}
