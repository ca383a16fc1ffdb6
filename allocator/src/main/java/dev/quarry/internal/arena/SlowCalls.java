// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.Zone;
import dev.quarry.numa.OutOfLine;
import java.lang.invoke.MethodHandles;

/// The slow paths of an arena, in the order in which they lie behind each other. Each is called by its name here, and
/// so stays out of the code of its caller, however often it runs: see [OutOfLine].
interface SlowCalls {
    /// The way to call them.
    SlowCalls CALL = OutOfLine.calls(MethodHandles.lookup(), SlowCalls.class);

    /// See [Arena#mallocSlot].
    long mallocSlot(Arena arena, long size);

    /// See [Arena#mallocSpan].
    long mallocSpan(Arena arena, long size);

    /// See [Arena#callocSpan].
    long callocSpan(Arena arena, long size);

    /// See [Arena#alignedSpan].
    long alignedSpan(Arena arena, long alignment, long size);

    /// See [Arena#callocSlot].
    long callocSlot(Arena arena, long size);

    /// See [Arena#freeRarely].
    void freeRarely(Arena arena, long address);

    /// See [SlabCache#settleFull].
    void settleFull(SlabCache slabs, long slab);

    /// See [SlabCache#refill].
    long refill(SlabCache slabs, int sizeClass);

    /// See [MailReader#collect].
    void collect(MailReader reader, long first);

    /// See [SlabCache#putAside].
    void putAside(SlabCache slabs, long slab);

    /// See [EmptySlabs#flush].
    void flush(EmptySlabs empty, long slab, int sizeClass);

    /// See [SlabCache#extend].
    boolean extend(SlabCache slabs, long slab);

    /// See [EmptySlabs#retireOne].
    void retireOne(EmptySlabs empty);

    /// See [Zone#retireSlab].
    void retireSlab(Zone zone, long slab);

    /// See [RemoteBatches#addElsewhere].
    void addElsewhere(RemoteBatches batches, long owner, long slab, long index, long link);

    /// See [RemoteBatches#flush].
    void flush(RemoteBatches batches, long counter);

    /// See [Home#takeSlab].
    long takeSlab(Home home, int sizeClass, int ownerWord);

    /// See [Home#allocateSpan].
    long allocateSpan(Home home, long pageCount, int alignOrder, int spanClass, long requestedBytes);

    /// See [Zone#freeSpan].
    void freeSpan(Zone zone, long page, long pageCount);
}
