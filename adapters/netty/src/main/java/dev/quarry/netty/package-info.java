// SPDX-License-Identifier: Apache-2.0

/// Netty's buffers over blocks: [dev.quarry.netty.QuarryByteBufAllocator], the one line that a server changes.
///
/// | concept | type |
/// |---|---|
/// | the allocator | [dev.quarry.netty.QuarryByteBufAllocator] |
/// | what it uses and keeps | [dev.quarry.netty.QuarryByteBufAllocatorMetric] |
///
/// Inside: a direct buffer is one block, touched by its address; a heap buffer is an array. Both are objects that are
/// used again. A thread keeps unused ones in two *magazines* of a kind, and exchanges whole magazines with a *depot*:
///
/// ```
///    thread's cache           depot                    thread's cache
///    [loaded][previous]  ->   full  full  full   ->    [loaded][previous]
///                        <-   empty empty        <-
/// ```
///
/// A direct buffer that the thread which allocated it releases is that thread's *last* one, with its block. The next
/// allocation takes it, as it is or with its block changed for one of the class that is wanted, from the thread's
/// *stacks* of blocks, one for each class (ADR 7). What has no room there goes back to the allocator.
///
/// - A buffer is in one place: with its user, the last one of a cache, in one magazine.
/// - In a magazine an object holds no block. Blocks on stacks and of last buffers count as lookaside: the caches are a
///   [dev.quarry.BlockCache].
/// - A thread that ends, or is idle for a while, loses its cache ([dev.quarry.Quiescence]).
/// - Virtual threads share striped caches, and go without rather than wait for a stripe.
///
/// **May know**: Netty, the allocator's facade, raw memory.
///
/// **Not supported, on purpose**: Netty's chunk events (blocks are not cut out of chunks that the adapter knows).
@org.jspecify.annotations.NullMarked
package dev.quarry.netty;
