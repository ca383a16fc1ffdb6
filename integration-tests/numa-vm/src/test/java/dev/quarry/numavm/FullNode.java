// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import java.util.ArrayDeque;
import java.util.Deque;

/// A node without free memory, until it is closed. It is filled under the policy that spills: under the one that binds,
/// the kernel would end the process.
final class FullNode implements AutoCloseable {
    private static final long CHUNK_BYTES = 4 << 20;

    private final Deque<Range> chunks = new ArrayDeque<>();
    private final NativeMemory memory;
    private final int node;

    FullNode(NativeMemory memory, int node) {
        this.memory = memory;
        this.node = node;
        fill();
    }

    /// Fills the node until the kernel takes memory from another one instead. To be repeated after a while: the kernel
    /// finds some more, which it used for files.
    void fill() {
        do {
            Range chunk = Range.of(memory, CHUNK_BYTES);
            chunks.add(chunk);
            chunk.bind(Placement.PREFERRED, NodeSet.of(node)).populate();
        } while (chunks.getLast().pagesByNode().areAllOn(node));
    }

    @Override
    public void close() {
        chunks.forEach(Range::close);
    }
}
