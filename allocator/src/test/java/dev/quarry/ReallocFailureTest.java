// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.Topology;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// realloc whose N-th call of the system fails, for every N: it fails as a whole, or not at all.
class ReallocFailureTest {
    private final FaultInjectingMemory os = new FaultInjectingMemory(NativeMemory.system());

    @ParameterizedTest
    @CsvSource({
        "100, 20000",
        "100, 400000",
        "100, 9000000",
        "40000, 700000",
        "700000, 40000",
        "100000, 6000000",
        "3000000, 9000000",
        "9000000, 3000000",
        "9000000, 100"
    })
    void shouldLeaveTheOldBlockAsItWas(long oldBytes, long newBytes) {
        for (Errno errno : new Errno[] {Errno.ENOMEM, Errno.EINVAL, Errno.EAGAIN}) {
            for (boolean lasting : new boolean[] {false, true}) {
                boolean fired = true;
                for (int n = 1; fired; n++) {
                    fired = failNth(n, errno, lasting, oldBytes, newBytes);
                }
            }
        }
    }

    /// {@return whether a call failed}
    private boolean failNth(int n, Errno errno, boolean lasting, long oldBytes, long newBytes) {
        String what = oldBytes + " to " + newBytes + ", call " + n + " fails by " + errno + (lasting ? " and on" : "");
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("64m")
                .reserve("128m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator allocator = StartUp.create(config, os, Topology.singleNode(2))) {
            long old = allocator.malloc(oldBytes);
            long behind = allocator.malloc(oldBytes);
            write(old, oldBytes);
            long usable = allocator.usableSize(old);
            if (lasting) {
                os.failFrom(n, errno);
            } else {
                os.failNth(n, errno);
            }
            long now = old;
            try {
                now = allocator.realloc(old, newBytes);
                assertTrue(allocator.usableSize(now) >= newBytes, what);
            } catch (OutOfOffHeapMemoryError refused) {
                assertTrue(allocator.owns(old), what);
                assertEquals(usable, allocator.usableSize(old), what);
            }
            boolean fired = os.fired();
            os.disarm();
            requireWritten(now, Math.min(oldBytes, newBytes), what);
            assertEquals(2, allocator.stats().liveBlocks(), what);
            allocator.verify();
            allocator.free(now);
            allocator.free(behind);
            allocator.trim();
            assertEquals(0, allocator.verifyAndCountLost(), what);
            return fired;
        }
    }

    private static void write(long address, long bytes) {
        for (long offset = 0; offset + Long.BYTES <= bytes; offset += 96) {
            RawMemory.putLong(address + offset, ~offset);
        }
    }

    private static void requireWritten(long address, long bytes, String what) {
        for (long offset = 0; offset + Long.BYTES <= bytes; offset += 96) {
            assertEquals(~offset, RawMemory.getLong(address + offset), what);
        }
    }
}
