// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// What automatic values are computed from.
///
/// @param memoryBytes the memory of the machine, or of the container where that is less
/// @param processors the processors that this JVM may use
record MachineFacts(long memoryBytes, int processors) {
    /// The facts of the machine that this JVM runs on.
    static MachineFacts read() {
        return new MachineFacts(
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
                Runtime.getRuntime().availableProcessors());
    }
}
