// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Two threads fill memory with blocks of 64 bytes to 64 KiB and free them all in random order. Then they wait, or go
/// on with a little traffic, while the memory that the process still has is read again and again. Nobody asks the
/// allocator to give anything back.
final class Burst {
    private static final int THREADS = 2;

    private static final int FULL_MEBIBYTES = 900;
    private static final int QUICK_MEBIBYTES = 160;
    private static final int TINY_MEBIBYTES = 4;

    private static final int MIN_SHIFT = 6;
    private static final int MAX_SHIFT = 16;
    private static final int MIN_MEAN_BYTES = 8 << 10;
    private static final long SEED = 900;

    private static final int TRAFFIC_SLOTS = 256;
    private static final int TRAFFIC_MAX_SHIFT = 12;
    private static final int TRAFFIC_STEPS = 256;
    private static final long TRAFFIC_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /// After the last free.
    private static final int[] READING_SECONDS = {0, 1, 2, 5, 10, 15, 20, 25, 30};

    private Burst() {}

    static void run(Measurement measurement, boolean hasTraffic) {
        Scale scale = measurement.scale();
        int bytesAThread = (scale.choose(TINY_MEBIBYTES, QUICK_MEBIBYTES, FULL_MEBIBYTES) << 20) / THREADS;
        int lastSecond = scale.choose(0, 5, 30);
        BlockTable[] tables = new BlockTable[THREADS];
        AtomicBoolean stopped = new AtomicBoolean(!hasTraffic);
        try (Crew crew = measurement.newCrew(THREADS)) {
            measurement.rebase();
            crew.doAll(index -> tables[index] = filled(measurement, bytesAThread, SEED + index));
            measurement.read("filled");
            crew.doAll(index -> freeInRandomOrder(tables[index], SEED - 1 - index));
            Crew.Work traffic = crew.start(index -> trafficUntil(stopped, measurement, index));
            Stopwatch stopwatch = new Stopwatch();
            for (int second : READING_SECONDS) {
                if (second <= lastSecond) {
                    stopwatch.sleepUntil(second);
                    measurement.readAt(second);
                }
            }
            stopped.set(true);
            traffic.join();
        }
    }

    private static BlockTable filled(Measurement measurement, int bytes, long seed) {
        BlockTable table = measurement.newTable(bytes / MIN_MEAN_BYTES + TRAFFIC_SLOTS);
        Draws draws = new Draws(seed);
        for (int slot = 0; table.requestedBytes() < bytes; slot++) {
            table.allocate(slot, draws.logUniform(MIN_SHIFT, MAX_SHIFT));
        }
        return table;
    }

    private static void freeInRandomOrder(BlockTable table, long seed) {
        for (int slot : new Draws(seed).permutation(table.slotCount())) {
            if (table.isLive(slot)) {
                table.free(slot);
            }
        }
    }

    private static void trafficUntil(AtomicBoolean stopped, Measurement measurement, int index) {
        if (stopped.get()) {
            return;
        }
        BlockTable table = measurement.newUncountedTable(TRAFFIC_SLOTS);
        Draws draws = new Draws(index);
        do {
            for (int step = 0; step < TRAFFIC_STEPS; step++) {
                int slot = draws.below(TRAFFIC_SLOTS);
                if (table.isLive(slot)) {
                    table.free(slot);
                }
                table.allocate(slot, draws.logUniform(MIN_SHIFT, TRAFFIC_MAX_SHIFT));
            }
            LockSupport.parkNanos(TRAFFIC_PAUSE_NS);
        } while (!stopped.get());
        table.freeAll();
    }
}
