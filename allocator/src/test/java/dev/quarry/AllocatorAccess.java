// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.slab.Space;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.Topology;

/// What tests in other packages need of an allocator, and its users do not.
public final class AllocatorAccess {
    private AllocatorAccess() {}

    /// Makes an allocator on a machine of one's own.
    public static OffHeapAllocator create(AllocatorConfig config, NativeMemory os, Topology topology) {
        return StartUp.create(config, os, topology);
    }

    /// {@return the arenas}
    public static ArenaPool pool(OffHeapAllocator allocator) {
        return allocator.pool();
    }

    /// {@return the ranges of address space of data and of metadata, each a first address and an end}
    public static long[][] ranges(OffHeapAllocator allocator) {
        Space space = allocator.space();
        long metadataEnd = space.nullSlab + space.reservedBytes() - space.byteSize;
        return new long[][] {{space.base, space.base + space.byteSize}, {space.nullSlab, metadataEnd}};
    }

    /// {@return bytes that are committed now, without a walk}
    public static long committedBytes(OffHeapAllocator allocator) {
        return allocator.space().ledger().committedBytes();
    }

    /// Gives to the zones what the calling thread's own arena keeps.
    /// @param allocator any
    public static void trimOwnArena(OffHeapAllocator allocator) {
        LocalArena handle = allocator.localArena();
        if (handle.isDirect()) {
            handle.arena.trim();
        }
    }

    /// {@return whether a zone is short of memory, so that each round of maintenance reclaims}
    /// @param allocator any
    public static boolean isShort(OffHeapAllocator allocator) {
        return allocator.space().shortZones() != 0;
    }
}
