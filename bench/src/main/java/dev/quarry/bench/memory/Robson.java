// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// Blocks in pairs, of which every second one is freed; then pairs of twice the size with what became free, and so on.
/// No hole ever fits a later request unless holes meet, so an allocator that moves nothing must take new memory at
/// each stage. The live bytes come back to the budget at the end of each allocation.
final class Robson {
    private static final int BUDGET_BYTES = 128 << 20;
    private static final int UNIT_BYTES = 512;

    private Robson() {}

    static void run(Measurement measurement) {
        int availableBytes = measurement.scale().of(BUDGET_BYTES);
        BlockTable table = measurement.newTable(availableBytes / UNIT_BYTES);
        int slot = 0;
        for (int blockBytes = UNIT_BYTES; availableBytes >= 2 * blockBytes; ) {
            blockBytes *= 2;
            int pairs = availableBytes / (2 * blockBytes);
            int first = slot;
            for (int i = 0; i < 2 * pairs; i++) {
                table.allocate(slot++, blockBytes);
            }
            measurement.read(blockBytes + " bytes");
            for (int i = 1; i < 2 * pairs; i += 2) {
                table.free(first + i);
            }
            availableBytes -= blockBytes * pairs;
        }
        measurement.read("last freed");
    }
}
