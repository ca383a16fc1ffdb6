// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.management.BufferPoolMXBean;
import javax.management.ObjectName;

/// An allocator beside the JVM's own buffer pools, for tools that look for those: its blocks are the buffers.
///
/// Thread-safe.
final class BufferPoolBean implements BufferPoolMXBean {
    private final String name;
    private final ObjectName objectName;
    private final SharedStats stats;

    BufferPoolBean(String name, ObjectName objectName, SharedStats stats) {
        this.name = name;
        this.objectName = objectName;
        this.stats = stats;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public ObjectName getObjectName() {
        return objectName;
    }

    /// {@return live blocks}
    @Override
    public long getCount() {
        return stats.get().liveBlocks();
    }

    /// {@return live bytes}
    @Override
    public long getMemoryUsed() {
        return stats.get().liveBytes();
    }

    /// {@return bytes that the allocator takes from the machine}
    @Override
    public long getTotalCapacity() {
        return stats.get().heldBytes();
    }
}
