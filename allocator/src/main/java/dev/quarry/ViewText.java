// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.Locale;

/// Lines of text in columns, as C's `printf` sets them. Lines end as on the kernel: by a line feed.
final class ViewText {
    private final StringBuilder out = new StringBuilder(1024);

    /// @param format a format whose digits are plain ASCII, whatever the language of the machine
    ViewText add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments));
        return this;
    }

    ViewText endLine() {
        out.append('\n');
        return this;
    }

    /// How the kernel begins a zone's line.
    ViewText addZone(NodeStats zone) {
        return add("Node %d, zone %8s", zone.node(), zone.node() < 0 ? "Spread" : "Normal");
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
