// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import dev.quarry.LocalArena;
import dev.quarry.numa.OutOfLine;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/// What a buffer needs seldom. Each is called by its name here, and so stays out of the code of its caller, however
/// often it runs: see [OutOfLine].
interface BufferCalls {
    /// The way to call them.
    BufferCalls CALL = OutOfLine.calls(MethodHandles.lookup(), BufferCalls.class);

    /// See [QuarryByteBufAllocator#withNewBlock].
    BlockByteBuf withNewBlock(QuarryByteBufAllocator allocator, @Nullable ThreadCache cache, int byteSize);

    /// See [BufferCache#takeOther].
    @Nullable
    BlockByteBuf takeOther(BufferCache cache, int blockClass);

    /// See [LocalArena#tryMalloc].
    long tryMalloc(LocalArena arena, long byteSize);

    /// See [LocalArena#free].
    void free(LocalArena arena, long address);

    /// See [QuarryByteBufAllocator#discard].
    void discard(QuarryByteBufAllocator allocator, BlockByteBuf buffer);

    /// See [BlockStacks#makeRoom].
    boolean makeRoom(BlockStacks stacks, int blockBytes);

    /// See [BlockStacks#freeBlock].
    void freeBlock(BlockStacks stacks, BlockByteBuf buffer);
}
