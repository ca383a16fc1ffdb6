// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.numa.NativeMemory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Whether a node has memory for a region that is about to grow.
///
/// The kernel would say so only when the memory is touched: by giving it from another node, or, under a strict binding,
/// by ending the process. So the node is asked first, and a margin is left for what was committed and is not touched
/// yet. Where nothing tells how much is free, there is room.
///
/// Not thread-safe: used under the lock of the region's owner; the count may be read by anyone. Cost: the node's
/// figures are read from the system, once a commit granule.
public final class NodeRoom {
    /// There is always room.
    public static final NodeRoom UNLIMITED = new NodeRoom(null, 0);

    /// What is left free on a node beyond what the kernel keeps: for what is committed and not touched yet.
    public static final long MARGIN_BYTES = 8L << 20;

    private final @Nullable NativeMemory os;
    private final int node;
    private final AtomicLong refusals = new AtomicLong();

    private NodeRoom(@Nullable NativeMemory os, int node) {
        this.os = os;
        this.node = node;
    }

    /// {@return the room of a node}
    /// @param os   the operating system
    /// @param node the kernel's id
    public static NodeRoom of(NativeMemory os, int node) {
        return new NodeRoom(os, node);
    }

    boolean suffices(long bytes) {
        if (os == null) {
            return true;
        }
        long free = os.freeBytes(node);
        if (free == NativeMemory.UNKNOWN || free >= bytes + MARGIN_BYTES + os.keptFreeBytes(node)) {
            return true;
        }
        refusals.incrementAndGet();
        return false;
    }

    /// {@return how often the node was full}
    public long refusals() {
        return refusals.get();
    }
}
