// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static dev.quarry.netty.BufferCalls.CALL;

import org.jspecify.annotations.Nullable;

/// The unused buffers of one thread, or of one stripe, and its part of the count of what is in use. Those with blocks
/// are in the part that it extends: one object less to go through on the way to them.
///
/// Not thread-safe, but for the figures, which any thread may read: it sees them a little late.
class BufferCache extends BlockStacks {
    private final BufferDepots depots;
    private final MagazineCache<BlockByteBuf> objects;

    /// By class, each made on first use.
    private final @Nullable MagazineCache<ArrayByteBuf>[] arrays;

    private long usedArrayBytes;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    BufferCache(@Nullable Thread owner, StackBudget budget, BlockClasses classes, BufferDepots depots) {
        super(owner, budget, classes);
        this.depots = depots;
        this.objects = new MagazineCache<>(depots.blocks());
        this.arrays = new MagazineCache[ArrayClasses.THREAD_COUNT];
    }

    /// {@return a buffer with a block of the class or a little larger; null when none is kept}
    final @Nullable BlockByteBuf take(int blockClass) {
        final BlockByteBuf buffer = takeLast(blockClass);
        return buffer == null ? CALL.takeOther(this, blockClass) : buffer;
    }

    /// Called by way of [BufferCalls].
    final @Nullable BlockByteBuf takeOther(int blockClass) {
        final BlockByteBuf object = takeObject();
        if (object == null || supply(object, blockClass)) {
            return object;
        }
        objects.give(object);
        return null;
    }

    /// {@return a buffer without a block; null when none is kept}
    final @Nullable BlockByteBuf takeObject() {
        final BlockByteBuf last = takeLastObject();
        return last == null ? objects.take() : last;
    }

    /// Keeps the object of a direct buffer whose block is freed.
    final void giveObject(BlockByteBuf buffer) {
        objects.give(buffer);
    }

    @Override
    final void storedObject(BlockByteBuf buffer) {
        objects.give(buffer);
    }

    /// {@return a buffer with its array; null when none is unused}
    final @Nullable ArrayByteBuf takeArray(int arrayClass) {
        if (arrayClass < ArrayClasses.THREAD_COUNT) {
            return arrays(arrayClass).take();
        }
        Depot<ArrayByteBuf> depot = depots.arrays(arrayClass);
        Magazine<ArrayByteBuf> magazine = depot.takeFull();
        if (magazine == null) {
            return null;
        }
        ArrayByteBuf buffer = magazine.pop();
        depot.giveEmpty(magazine);
        return buffer;
    }

    final void giveArray(ArrayByteBuf buffer, int arrayClass) {
        if (arrayClass < ArrayClasses.THREAD_COUNT) {
            arrays(arrayClass).give(buffer);
        } else {
            Depot<ArrayByteBuf> depot = depots.arrays(arrayClass);
            Magazine<ArrayByteBuf> magazine = depot.takeEmpty();
            magazine.push(buffer);
            depot.giveFull(magazine);
        }
    }

    private MagazineCache<ArrayByteBuf> arrays(int arrayClass) {
        MagazineCache<ArrayByteBuf> cache = arrays[arrayClass];
        if (cache == null) {
            cache = new MagazineCache<>(depots.arrays(arrayClass));
            arrays[arrayClass] = cache;
        }
        return cache;
    }

    /// Counts bytes of arrays that came into use here; negative: that went out of it.
    final void countArrayBytes(long bytes) {
        usedArrayBytes += bytes;
    }

    /// {@return bytes of arrays that came into use here, less those that went out of it here}
    final long usedArrayBytes() {
        return usedArrayBytes;
    }

    /// {@return bytes of arrays kept here}
    final long cachedArrayBytes() {
        long bytes = 0;
        for (int arrayClass = 0; arrayClass < arrays.length; arrayClass++) {
            MagazineCache<ArrayByteBuf> cache = arrays[arrayClass];
            if (cache != null) {
                bytes += (long) cache.count() * ArrayClasses.bytes(arrayClass);
            }
        }
        return bytes;
    }

    /// Frees all blocks, and leaves the rest to the garbage collector.
    final void clear() {
        freeAll();
        objects.clear();
        for (MagazineCache<ArrayByteBuf> cache : arrays) {
            if (cache != null) {
                cache.clear();
            }
        }
    }
}
