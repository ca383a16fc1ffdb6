// SPDX-License-Identifier: Apache-2.0
package dev.quarry.simulation;

/// What a program did, line by line, for who replays it. Nothing is kept unless it is wanted.
final class Schedule {
    private final boolean isKept;
    private final StringBuilder lines = new StringBuilder();

    Schedule(boolean isKept) {
        this.isKept = isKept;
    }

    /// Adds a line; its parts are put together only when it is kept.
    void add(Object... parts) {
        if (isKept) {
            for (Object part : parts) {
                lines.append(part).append(' ');
            }
            lines.append('\n');
        }
    }

    @Override
    public String toString() {
        return lines.toString();
    }
}
