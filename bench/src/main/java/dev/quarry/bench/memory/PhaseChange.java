// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// First a checkerboard: tiny blocks between large ones, the large ones freed, and as many bytes asked for in blocks
/// of twice the size. Then phases of a program, each with three size classes of its own and the same live bytes: what
/// one phase frees must serve the next.
final class PhaseChange {
    private static final int CHECKERBOARD_BYTES = 256 << 20;
    private static final int TINY_BYTES = 32;
    private static final int LARGE_BYTES = 1 << 20;

    private static final int PHASE_BYTES = 64 << 20;
    private static final int PHASES = 10;
    private static final int CLASSES_A_PHASE = 3;

    private PhaseChange() {}

    static void run(Measurement measurement) {
        checkerboard(measurement);
        Reading first = phase(measurement, 0);
        Reading last = first;
        for (int phase = 1; phase < PHASES; phase++) {
            last = phase(measurement, phase);
        }
        measurement.facts().put("residentOfLastPhaseOverFirst", last.residentBytes() / (double) first.residentBytes());
        if (last.isCommittedKnown()) {
            measurement
                    .facts()
                    .put("committedOfLastPhaseOverFirst", last.committedBytes() / (double) first.committedBytes());
        }
    }

    private static void checkerboard(Measurement measurement) {
        int count = Math.max(2, measurement.scale().of(CHECKERBOARD_BYTES) / LARGE_BYTES);
        BlockTable tiny = measurement.newTable(count);
        BlockTable large = measurement.newTable(count);
        for (int slot = 0; slot < count; slot++) {
            tiny.allocate(slot, TINY_BYTES);
            large.allocate(slot, LARGE_BYTES);
        }
        measurement.read("checkerboard");
        large.freeAll();
        for (int slot = 0; slot < count / 2; slot++) {
            large.allocate(slot, 2 * LARGE_BYTES);
        }
        Reading refilled = measurement.read("blocks of twice the size");
        measurement
                .facts()
                .put(
                        "checkerboardResidentOverRequested",
                        refilled.residentBytes() / (double) refilled.requestedBytes());
        tiny.freeAll();
        large.freeAll();
        measurement.readTrimmed("checkerboard freed and trimmed");
    }

    private static Reading phase(Measurement measurement, int phase) {
        int bytesOfAClass = measurement.scale().of(PHASE_BYTES) / CLASSES_A_PHASE;
        BlockTable[] tables = new BlockTable[CLASSES_A_PHASE];
        for (int i = 0; i < CLASSES_A_PHASE; i++) {
            int blockBytes = classBytes(phase + i * PHASES);
            tables[i] = measurement.newTable(bytesOfAClass / blockBytes);
            for (int slot = 0; slot < tables[i].slotCount(); slot++) {
                tables[i].allocate(slot, blockBytes);
            }
        }
        Reading reading = measurement.read("phase " + (phase + 1));
        for (BlockTable table : tables) {
            table.freeAll();
        }
        return reading;
    }

    /// Thirty sizes from 16 bytes to 28 KiB, one or two quarters of a doubling apart.
    private static int classBytes(int index) {
        int quarters = index * 3 / 2;
        return (4 + quarters % 4 << quarters / 4) * 4;
    }
}
