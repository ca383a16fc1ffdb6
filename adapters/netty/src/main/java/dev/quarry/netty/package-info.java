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
/// - A buffer is in one place: with its user, in one cache, or in one depot.
/// - An object without a user holds no block.
/// - Virtual threads share striped caches, and go without an object to reuse rather than wait for a stripe.
///
/// **May know**: Netty, the allocator's facade, raw memory.
///
/// **Not supported, on purpose**: Netty's chunk events (blocks are not cut out of chunks that the adapter knows).
@org.jspecify.annotations.NullMarked
package dev.quarry.netty;
