// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import dev.quarry.bench.subject.LibcMemory;

/// The C library's malloc, as a service calls it that has no allocator of its own.
final class LibcAllocator extends MeasuredAllocator {
    private final LibcMemory libc = new LibcMemory();

    /// What the JVM has of it, in bytes.
    private final long baseBytes = libc.committedBytes();

    @Override
    BlockTable newTable(int slotCount) {
        return new AddressTable(slotCount) {
            @Override
            long malloc(int byteSize) {
                return libc.malloc(byteSize);
            }

            @Override
            void release(long address) {
                libc.free(address);
            }

            @Override
            long usableSize(long address) {
                return libc.usableSize(address);
            }
        };
    }

    @Override
    long committedBytes() {
        return baseBytes == LibcMemory.UNKNOWN ? Reading.UNKNOWN : Math.max(0, libc.committedBytes() - baseBytes);
    }

    @Override
    void trim() {
        libc.trim();
    }
}
