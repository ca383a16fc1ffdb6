// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.Topology;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each call of the operating system fails in turn while a child is made, used and closed: the parent never loses
/// credit, and works on.
class ChildFaultTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @EnumSource(names = {"ENOMEM", "EINVAL", "EAGAIN"})
    void shouldLoseNothingWhicheverCallFails(Errno errno) {
        FaultInjectingMemory os = new FaultInjectingMemory(NativeMemory.system());
        AllocatorConfig config = AllocatorConfig.builder()
                .name("parent")
                .limit(64 * MIB)
                .reserve("128m")
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator parent = StartUp.create(config, os, Topology.read())) {
            long before = parent.stats().committedBytes();
            int failures = 0;
            for (boolean persistent : new boolean[] {false, true}) {
                boolean fired = true;
                for (int nth = 1; fired; nth++) {
                    if (persistent) {
                        os.failFrom(nth, errno);
                    } else {
                        os.failNth(nth, errno);
                    }
                    useAChild(parent);
                    fired = os.fired();
                    failures += fired ? 1 : 0;
                    os.disarm();
                    assertEquals(before, parent.stats().committedBytes(), "call " + nth + ", " + persistent);
                    assertEquals(List.of(), parent.children());
                    parent.verify();
                }
            }
            assertTrue(failures > 8, failures + " calls");
            parent.free(parent.malloc(MIB));
        }
    }

    private static void useAChild(OffHeapAllocator parent) {
        try (OffHeapAllocator child = parent.child("child", 16 * MIB, options -> options.close(CloseMode.FREE))) {
            child.tryMalloc(100);
            child.free(child.tryMalloc(3 * MIB));
            child.tryMalloc(MIB);
            child.maintain();
            child.trim();
        } catch (NativeMemoryException | OutOfOffHeapMemoryError refused) {
            assertTrue(refused.getMessage() != null, "a refusal says what was refused");
        }
    }
}
