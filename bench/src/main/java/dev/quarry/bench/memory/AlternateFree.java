// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Fills memory with blocks a little above a quarter of a mebibyte and frees every other one.
final class AlternateFree {
    private static final int TOTAL_BYTES = 400 << 20;
    private static final int BLOCK_BYTES = (256 << 10) + (8 << 10);

    private AlternateFree() {}

    static void run(Measurement measurement) {
        int count = measurement.scale().of(TOTAL_BYTES) / BLOCK_BYTES;
        BlockTable table = measurement.newTable(count);
        for (int slot = 0; slot < count; slot++) {
            table.allocate(slot, BLOCK_BYTES);
        }
        Reading filled = measurement.read("filled");
        for (int slot = 1; slot < count; slot += 2) {
            table.free(slot);
        }
        Reading freed = measurement.read("every other one freed");
        Reading trimmed = measurement.readTrimmed("trimmed");
        measurement.facts().put("freedBytes", filled.requestedBytes() - freed.requestedBytes());
        Release.addFalls(measurement, filled, trimmed);
    }
}
