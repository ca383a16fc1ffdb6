// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.LinkedHashMap;
import java.util.Map;

/// A store of strings, as Redis keeps them: for each a block for the key, one for the entry that joins key and value,
/// and one for the value, of random length up to a limit. How much of the memory is what the user wrote?
final class RedisValues {
    private static final int WRITTEN_BYTES = 8 << 20;
    private static final int[] LENGTH_LIMITS = {32, 64, 128, 1024, 16384};
    private static final long SEED = 7;

    /// The header and the end of a string, and the object around a value.
    private static final int KEY_EXTRA_BYTES = 4;
    private static final int VALUE_EXTRA_BYTES = 20;

    private static final int MIN_ENTRY_BYTES = 24;
    private static final int MAX_ENTRY_BYTES = 40;

    private static final int KEY_CHARACTERS = 12;
    private static final int BLOCKS_A_VALUE = 3;
    private static final int SPARE_VALUES = 32;

    private RedisValues() {}

    static void run(Measurement measurement) {
        Map<String, Object> efficiency = new LinkedHashMap<>();
        Reading before = measurement.read("start");
        for (int lengthLimit : LENGTH_LIMITS) {
            long written = fill(measurement, lengthLimit);
            Reading after = measurement.read("lengths to " + lengthLimit);
            Map<String, Object> parts = new LinkedHashMap<>();
            parts.put("writtenOverUsable", written / (double) (after.usableBytes() - before.usableBytes()));
            parts.put("writtenOverResident", written / (double) (after.residentBytes() - before.residentBytes()));
            efficiency.put("lengths to " + lengthLimit, parts);
            before = after;
        }
        measurement.facts().put("efficiency", efficiency);
    }

    /// {@return the characters of the keys and values that were written}
    private static long fill(Measurement measurement, int lengthLimit) {
        int target = measurement.scale().of(WRITTEN_BYTES);
        // A quarter more than values of mean length would need, and some for where there are few.
        int values = target / (KEY_CHARACTERS + lengthLimit / 2) * 5 / 4 + SPARE_VALUES;
        BlockTable table = measurement.newTable(BLOCKS_A_VALUE * values);
        Draws draws = new Draws(SEED);
        long written = 0;
        for (int slot = 0; written < target; slot += BLOCKS_A_VALUE) {
            int length = 1 + draws.below(lengthLimit);
            table.allocate(slot, KEY_CHARACTERS + KEY_EXTRA_BYTES);
            table.allocate(slot + 1, MIN_ENTRY_BYTES + draws.below(MAX_ENTRY_BYTES - MIN_ENTRY_BYTES + 1));
            table.allocate(slot + 2, length + VALUE_EXTRA_BYTES);
            written += KEY_CHARACTERS + length;
        }
        return written;
    }
}
