// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.errors.ErrorLogReader;
import org.agrona.concurrent.status.CountersReader;

/// Prints what Agrona's readers find in a live file.
final class AgronaReadersChild {
    private static final int COUNTERS_OFFSET = 256;
    private static final int COUNTERS = 32;
    private static final int COMMITTED_TYPE_ID = 4104;
    private static final int ERRORS_FROM_END = 80 << 10;
    private static final int ERROR_BYTES = 16 << 10;

    private AgronaReadersChild() {}

    /// @param arguments the folder of live files
    public static void main(String[] arguments) throws IOException {
        try (OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
                .limit(64L << 20)
                .maintenance(MaintenanceMode.EXTERNAL)
                .live(arguments[0])
                .build())) {
            refuse(allocator);
            refuse(allocator);
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < 1_000_000_000) {
                allocator.maintain();
            }
            try (FileChannel channel = FileChannel.open(allocator.livePath(), StandardOpenOption.READ)) {
                MappedByteBuffer file = channel.map(MapMode.READ_ONLY, 0, channel.size());
                printCounters(file, allocator.stats().committedBytes());
                int errors = ErrorLogReader.read(
                        new UnsafeBuffer(file, (int) channel.size() - ERRORS_FROM_END, ERROR_BYTES),
                        (count, first, last, text) -> System.out.println(count + " times: " + text));
                System.out.println(errors + " errors");
            }
        }
    }

    private static void refuse(OffHeapAllocator allocator) {
        try {
            allocator.free(16);
        } catch (InvalidFreeException refused) {
            System.out.println("refused");
        }
    }

    private static void printCounters(MappedByteBuffer file, long committedBytes) {
        int values = COUNTERS_OFFSET + COUNTERS * CountersReader.METADATA_LENGTH;
        CountersReader counters = new CountersReader(
                new UnsafeBuffer(file, COUNTERS_OFFSET, COUNTERS * CountersReader.METADATA_LENGTH),
                new UnsafeBuffer(file, values, COUNTERS * CountersReader.COUNTER_LENGTH));
        int[] seen = new int[1];
        counters.forEach((id, typeId, key, label) -> {
            long value = counters.getCounterValue(id);
            boolean isCommitted = typeId == COMMITTED_TYPE_ID && value == committedBytes;
            System.out.println(typeId + " " + label + " " + (isCommitted ? "as the statistics say" : value));
            seen[0]++;
        });
        System.out.println(seen[0] + " counters");
    }
}
