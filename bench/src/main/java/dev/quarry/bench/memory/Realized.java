// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Large blocks, freed; then twice as many bytes in small blocks, of which a random half is freed; then as many bytes
/// again in large blocks. At full scale a quarter of what the specification asks for.
final class Realized {
    private static final int FIRST_BYTES = 128 << 20;
    private static final int THEN_BYTES = 256 << 20;
    private static final int LARGE_BYTES = 2 << 20;
    private static final int SMALL_BYTES = 512;
    private static final long SEED = 4;

    private Realized() {}

    static void run(Measurement measurement) {
        int firstCount = Math.max(1, measurement.scale().of(FIRST_BYTES) / LARGE_BYTES);
        int smallCount = measurement.scale().of(THEN_BYTES) / SMALL_BYTES;
        int lastCount = Math.max(1, measurement.scale().of(THEN_BYTES) / LARGE_BYTES);
        BlockTable large = measurement.newTable(Math.max(firstCount, lastCount));
        BlockTable small = measurement.newTable(smallCount);
        fill(large, firstCount, LARGE_BYTES);
        measurement.read("large");
        large.freeAll();
        measurement.read("large freed");
        fill(small, smallCount, SMALL_BYTES);
        measurement.read("small");
        Draws draws = new Draws(SEED);
        for (int slot = 0; slot < smallCount; slot++) {
            if (draws.below(2) == 0) {
                small.free(slot);
            }
        }
        measurement.read("half of the small freed");
        fill(large, lastCount, LARGE_BYTES);
        measurement.read("large again");
    }

    private static void fill(BlockTable table, int count, int byteSize) {
        for (int slot = 0; slot < count; slot++) {
            table.allocate(slot, byteSize);
        }
    }
}
