// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.numa.NativeMemory;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/// Reserves address space, and keeps what closed allocators leave for the next one.
///
/// A range that was handed out may still be read or written through a stale address, long after its allocator was
/// closed. Unmapping it would turn that mistake into a crash of the JVM, so a returned range stays mapped, its contents
/// given back to the system, and is handed to the next allocator that asks for the same size. Address space is thus
/// bounded by the most allocators that were ever open at once.
///
/// Thread-safe.
public final class Reservations {
    private static final Map<NativeMemory, Map<Long, ArrayDeque<Long>>> RETURNED = new WeakHashMap<>();

    private Reservations() {}

    /// Reserves a range.
    /// @param os        the operating system
    /// @param byteSize  bytes, a power of two
    /// @param alignment alignment of its first address
    /// @return the first address
    /// @throws dev.quarry.numa.NativeMemoryException if the system refuses
    public static long reserve(NativeMemory os, long byteSize, long alignment) {
        synchronized (RETURNED) {
            ArrayDeque<Long> kept = kept(os).get(byteSize);
            Long address = kept == null ? null : kept.pollLast();
            if (address != null) {
                return address;
            }
        }
        return os.reserve(byteSize, alignment);
    }

    /// Takes back a range whose contents are purged already.
    /// @param os       the operating system it came from
    /// @param address  its first address
    /// @param byteSize its bytes
    public static void giveBack(NativeMemory os, long address, long byteSize) {
        synchronized (RETURNED) {
            Map<Long, ArrayDeque<Long>> kept = kept(os);
            ArrayDeque<Long> ofSize = kept.get(byteSize);
            if (ofSize == null) {
                ofSize = new ArrayDeque<>();
                kept.put(byteSize, ofSize);
            }
            ofSize.addLast(address);
        }
    }

    private static Map<Long, ArrayDeque<Long>> kept(NativeMemory os) {
        Map<Long, ArrayDeque<Long>> kept = RETURNED.get(os);
        if (kept == null) {
            kept = new HashMap<>();
            RETURNED.put(os, kept);
        }
        return kept;
    }
}
