// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import org.jspecify.annotations.Nullable;

/// Carriers by their threads: a hash table with open addressing that never changes. At most half of it is full, so each
/// search ends.
///
/// Immutable.
final class CarrierTable {
    static final CarrierTable EMPTY = new CarrierTable(new Carrier[0]);

    private static final int MIN_LOG_LENGTH = 3;

    /// 2^64 divided by the golden ratio: the product's high bits depend on all bits (Knuth 6.4).
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final Carrier[] carriers;
    private final @Nullable Carrier[] entries;
    private final int shift;

    private CarrierTable(Carrier[] carriers) {
        this.carriers = carriers;
        int logLength = Math.max(MIN_LOG_LENGTH, Integer.SIZE - Integer.numberOfLeadingZeros(carriers.length) + 1);
        this.entries = new Carrier[1 << logLength];
        this.shift = Long.SIZE - logLength;
        for (Carrier carrier : carriers) {
            entries[indexOf(carrier.osThread())] = carrier;
        }
    }

    /// {@return where a thread's entry is, or would be}
    private int indexOf(long osThread) {
        int index = (int) (osThread * GOLDEN >>> shift);
        for (Carrier entry = entries[index]; entry != null && entry.osThread() != osThread; entry = entries[index]) {
            index = index + 1 & entries.length - 1;
        }
        return index;
    }

    @Nullable
    Carrier find(long osThread) {
        return entries[indexOf(osThread)];
    }

    /// {@return all of them}
    Carrier[] carriers() {
        return carriers;
    }

    int size() {
        return carriers.length;
    }

    CarrierTable with(Carrier added) {
        Carrier[] more = new Carrier[carriers.length + 1];
        System.arraycopy(carriers, 0, more, 0, carriers.length);
        more[carriers.length] = added;
        return new CarrierTable(more);
    }

    CarrierTable without(Carrier removed) {
        Carrier[] fewer = new Carrier[carriers.length - 1];
        int count = 0;
        for (Carrier carrier : carriers) {
            if (carrier != removed) {
                fewer[count++] = carrier;
            }
        }
        return new CarrierTable(fewer);
    }
}
