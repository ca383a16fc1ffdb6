// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/// An allocator at work in a JVM without recorder and MBean server; with the argument `late-jmx` the server comes
/// later.
final class JvmToolsChild {
    private JvmToolsChild() {}

    public static void main(String[] arguments) throws Exception {
        AllocatorConfig config = AllocatorConfig.builder()
                .limit("64m")
                .reserve("128m")
                .maintenanceTick("10ms")
                .build();
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            for (int round = 0; round < 20_000; round++) {
                allocator.free(allocator.malloc(100 + round));
            }
            allocator.maintain();
            System.out.println("ticked");
            if (arguments.length > 0 && arguments[0].equals("late-jmx")) {
                awaitBean();
            }
        }
    }

    /// The allocator's own thread registers it.
    private static void awaitBean() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("dev.quarry:type=Allocator,name=quarry");
        long deadlineNs = System.nanoTime() + 60_000_000_000L;
        while (!server.isRegistered(name) && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        System.out.println("registered: " + server.isRegistered(name));
    }
}
