// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import com.sun.management.OperatingSystemMXBean;
import dev.quarry.numa.MachineMemory;
import java.lang.management.ManagementFactory;

/// What automatic values are computed from.
///
/// @param machineBytes the memory of the machine
/// @param containerBytes the memory that its cgroups leave to this process and those beside it;
///     [ProcessLimits#UNLIMITED] where nothing limits it
/// @param maxHeapBytes how far the heap may grow
/// @param maxDirectBytes what `-XX:MaxDirectMemorySize` sets; 0 where nobody has set it
/// @param processors the processors that this JVM may use
record MachineFacts(long machineBytes, long containerBytes, long maxHeapBytes, long maxDirectBytes, int processors) {
    /// The facts of the machine that this JVM runs on. Those about memory are read once in the life of the JVM.
    static MachineFacts read() {
        Runtime runtime = Runtime.getRuntime();
        return new MachineFacts(
                Memory.MACHINE_BYTES,
                Memory.CONTAINER_BYTES,
                runtime.maxMemory(),
                Memory.MAX_DIRECT_BYTES,
                runtime.availableProcessors());
    }

    /// The memory of the machine, or of the container where that is less.
    long memoryBytes() {
        return Math.min(machineBytes, containerBytes);
    }

    boolean isContained() {
        return containerBytes < machineBytes;
    }

    /// Read on first use.
    private static final class Memory {
        static final long MACHINE_BYTES;
        static final long CONTAINER_BYTES;
        static final long MAX_DIRECT_BYTES = DirectMemory.maxBytes();

        static {
            MachineMemory memory = MachineMemory.read();
            MACHINE_BYTES = memory.machineBytes() == MachineMemory.UNKNOWN ? askTheJvm() : memory.machineBytes();
            CONTAINER_BYTES = memory.limitBytes();
        }

        /// Only on systems without proc: the management classes cost some MiB.
        private static long askTheJvm() {
            return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getTotalMemorySize();
        }
    }
}
