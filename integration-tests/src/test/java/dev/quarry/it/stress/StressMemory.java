// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.stress;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/// Raw memory for the states of races: a ring of records, so that making a state costs no system call and no cleaner.
///
/// A record serves again after [#RECORDS] others. jcstress keeps `strideSize * strideCount` states at a time, which the
/// options of [StressIT] hold far below that.
public final class StressMemory {
    /// Bytes of a record: room for a slab's descriptor, a short link array, a mailbox and a batch.
    public static final int RECORD_BYTES = 1024;

    /// Records of the ring.
    static final int RECORDS = 1 << 16;

    private static final long RING =
            Arena.global().allocate((long) RECORDS * RECORD_BYTES, RECORD_BYTES).address();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private StressMemory() {}

    /// {@return the address of a zeroed record, aligned to its size}
    public static long record() {
        long record = RING + (NEXT.getAndIncrement() & RECORDS - 1L) * RECORD_BYTES;
        RawMemory.fill(record, RECORD_BYTES, (byte) 0);
        return record;
    }
}
