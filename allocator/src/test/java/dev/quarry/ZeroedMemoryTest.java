// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.numa.RawMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// calloc and segments are zero whatever the memory held before, and whether or not it was given back in between.
class ZeroedMemoryTest {
    private static final int BLOCKS = 6;

    @ParameterizedTest
    @EnumSource(Checks.class)
    void shouldBeZeroAfterUseAndAfterPurge(Checks checks) {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("512m")
                .reserve("1g")
                .checks(checks)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            for (long size : BlockSizes.all()) {
                List<Long> blocks = new ArrayList<>();
                for (int round = 0; round < 3; round++) {
                    for (int index = 0; index < BLOCKS; index++) {
                        boolean asSegment = index % 2 == 0;
                        long address = asSegment ? allocator.allocate(size, 16).address() : allocator.calloc(1, size);
                        requireZero(address, size, round);
                        RawMemory.fill(address, allocator.usableSize(address), (byte) 0x5A);
                        blocks.add(address);
                    }
                    blocks.forEach(allocator::free);
                    blocks.clear();
                    if (round == 1) {
                        allocator.trim();
                    }
                }
            }
            allocator.verify();
        }
    }

    private static void requireZero(long address, long size, int round) {
        ByteBuffer zeros = ByteBuffer.allocate((int) size);
        long mismatch = RawMemory.segment(address, size).mismatch(MemorySegment.ofBuffer(zeros));
        assertEquals(-1, mismatch, "first byte that is not zero, of " + size + " in round " + round);
    }
}
