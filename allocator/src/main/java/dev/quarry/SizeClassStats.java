// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// What an allocator does in one size class, over all nodes and arenas.
///
/// @param slotBytes the size of a slot, in bytes
/// @param slabBytes the size of a slab, in bytes
/// @param slotsPerSlab slots that a slab is cut into, a count
/// @param slabs slabs in service, a count
/// @param liveBlocks slots handed out, a count
/// @param freeSlots slots of its slabs that are neither handed out nor on a lookaside list nor in quarantine, a count
/// @param lookasideSlots slots on lookaside lists, a count
/// @param lookasideDepth the greatest depth that any lookaside list of the class has tuned itself to, in slots
/// @param mallocs slots handed out since the start, a count
/// @param frees slots taken back since the start, a count
/// @param refills batches that moved from shared state to a lookaside list since the start, a count
/// @param flushes batches that moved from a lookaside list to shared state since the start, a count
public record SizeClassStats(
        int slotBytes,
        int slabBytes,
        int slotsPerSlab,
        long slabs,
        long liveBlocks,
        long freeSlots,
        long lookasideSlots,
        int lookasideDepth,
        long mallocs,
        long frees,
        long refills,
        long flushes) {}
