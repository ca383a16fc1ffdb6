// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.TreeSet;

/// Which huge OS pages a [SimulatedMemory] has: those that were made, and not split since by a purge or a move.
///
/// Not thread-safe; the memory that owns it is.
final class SimulatedHugePages {
    private static final long BYTES = 2L << 20;

    private final TreeSet<Long> addresses = new TreeSet<>();

    /// Makes those that lie in a range as a whole.
    void make(long address, long byteSize) {
        for (long at = address + BYTES - 1 & -BYTES; at + BYTES <= address + byteSize; at += BYTES) {
            addresses.add(at);
        }
    }

    /// Splits those of which a part lies in a range.
    void split(long address, long byteSize) {
        addresses.subSet(address & -BYTES, address + byteSize).clear();
    }

    long bytes() {
        return addresses.size() * BYTES;
    }
}
