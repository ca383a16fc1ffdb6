// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.top;

import dev.quarry.internal.live.ClassColumn;

/// What the size classes are sorted by, and the key that says so.
public enum ClassOrder {
    /// Bytes that are live.
    LIVE('l', "live bytes"),
    /// Allocations a second; so far, where rates are not known.
    MALLOCS('m', "mallocs"),
    /// Bytes that are free in slabs in use.
    FREE('f', "free bytes"),
    /// The slot's size, the smallest first.
    SLOT('s', "slot size");

    private final char key;
    private final String label;

    ClassOrder(char key, String label) {
        this.key = key;
        this.label = label;
    }

    char key() {
        return key;
    }

    String label() {
        return label;
    }

    /// {@return the order that a key stands for; the one given where it stands for none}
    static ClassOrder of(int key, ClassOrder otherwise) {
        for (ClassOrder order : values()) {
            if (order.key == key) {
                return order;
            }
        }
        return otherwise;
    }

    /// {@return how far to the front a row comes: the greatest first}
    double weight(Frame frame, int row) {
        long[] columns = frame.now().sizeClasses().get(row);
        long slotBytes = columns[ClassColumn.SLOT_BYTES];
        return switch (this) {
            case LIVE -> (double) columns[ClassColumn.LIVE] * slotBytes;
            case MALLOCS -> frame.hasRates() ? frame.classRate(row, ClassColumn.MALLOCS) : columns[ClassColumn.MALLOCS];
            case FREE -> (double) columns[ClassColumn.FREE] * slotBytes;
            case SLOT -> -slotBytes;
        };
    }
}
