// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Blocks of all sizes, freed and given back. What the kernel says that went back must be what the allocator says. At
/// full scale a quarter of the blocks that the specification asks for, which would be 3 GiB.
final class Release {
    private static final int BLOCKS_OF_A_KIND = 256;
    private static final int SMALL_MIN_SHIFT = 4;
    private static final int SMALL_MAX_SHIFT = 18;
    private static final int LARGE_MIN_SHIFT = 21;
    private static final int LARGE_MAX_SHIFT = 22;
    private static final long SEED = 5;

    private Release() {}

    static void run(Measurement measurement) {
        int count = measurement.scale().of(BLOCKS_OF_A_KIND);
        BlockTable table = measurement.newTable(2 * count);
        Draws draws = new Draws(SEED);
        for (int slot = 0; slot < count; slot++) {
            table.allocate(slot, draws.logUniform(SMALL_MIN_SHIFT, SMALL_MAX_SHIFT));
        }
        for (int slot = count; slot < 2 * count; slot++) {
            table.allocate(slot, draws.logUniform(LARGE_MIN_SHIFT, LARGE_MAX_SHIFT));
        }
        Reading filled = measurement.read("filled");
        table.freeAll();
        measurement.read("freed");
        addFalls(measurement, filled, measurement.readTrimmed("trimmed"));
    }

    /// Adds by how much the memory fell, as the kernel says and as the allocator says.
    static void addFalls(Measurement measurement, Reading before, Reading after) {
        long residentFall = before.residentBytes() - after.residentBytes();
        measurement.facts().put("residentFallBytes", residentFall);
        if (after.isCommittedKnown()) {
            long committedFall = before.committedBytes() - after.committedBytes();
            measurement.facts().put("committedFallBytes", committedFall);
            measurement
                    .facts()
                    .put("committedFallOverResidentFall", committedFall / (double) Math.max(1, residentFall));
        }
    }
}
