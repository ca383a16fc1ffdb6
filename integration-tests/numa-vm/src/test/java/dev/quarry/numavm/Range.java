// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import dev.quarry.numa.RawMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Committed memory of its own, none of it resident at first.
record Range(NativeMemory memory, long address, long byteSize) implements AutoCloseable {
    private static final long ALIGNMENT = 2 << 20;

    static Range of(NativeMemory memory, long byteSize) {
        long address = memory.reserve(byteSize, ALIGNMENT);
        memory.commit(address, byteSize);
        return new Range(memory, address, byteSize);
    }

    Range hugePages(boolean wanted) {
        memory.hugePages(address, byteSize, wanted);
        return this;
    }

    Range bind(Placement placement, NodeSet nodes) {
        memory.bind(address, byteSize, placement, nodes);
        return this;
    }

    Range populate() {
        memory.populate(address, byteSize);
        return this;
    }

    /// Writes to each OS page from the calling thread.
    Range touch() {
        for (long offset = 0; offset < byteSize; offset += memory.osPageBytes()) {
            RawMemory.putLong(address + offset, offset);
        }
        return this;
    }

    /// Whether each OS page holds what [#touch] left there.
    boolean isAsTouched() {
        for (long offset = 0; offset < byteSize; offset += memory.osPageBytes()) {
            if (RawMemory.getLong(address + offset) != offset) {
                return false;
            }
        }
        return true;
    }

    PagesByNode pagesByNode() {
        return PagesByNode.of(memory, address, byteSize);
    }

    /// The kernel's own line about the mapping that starts here: its policy, and its pages on each node.
    String numaMaps() {
        String start = Long.toHexString(address) + " ";
        try {
            return Files.readAllLines(Path.of("/proc/self/numa_maps")).stream()
                    .filter(line -> line.startsWith(start))
                    .findFirst()
                    .orElse("no mapping starts at " + start);
        } catch (IOException e) {
            return "no numa_maps: " + e;
        }
    }

    @Override
    public void close() {
        memory.release(address, byteSize);
    }
}
