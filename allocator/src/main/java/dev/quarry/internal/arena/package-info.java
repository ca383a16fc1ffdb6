// SPDX-License-Identifier: Apache-2.0
/// Arenas: one thread's, one carrier's, or one stripe's, private part of the allocator.
///
/// ```
/// size --> lookup table --> current slab --> first free slot           malloc: five loads, three stores
/// address --> frame table --> slab, owner is me --> link array         free: six loads, three stores
///
/// free of another arena's slot --> batch by owner --> owner's mailbox
/// size above the slots         --> lookaside list of the span class --> zone
/// ```
///
/// An arena's *lookaside list* of a slab class is the free slots of the slabs that it owns; of a span class, a LIFO
/// list of whole spans. Both have a depth that tunes itself ([dev.quarry.internal.arena.LookasideDepth]).
///
/// [dev.quarry.internal.arena.SlabCache] has the slabs: current, with free slots, full.
/// [dev.quarry.internal.arena.EmptySlabs] decides which empty ones stay, [dev.quarry.internal.arena.RestingSlabs] which
/// current ones go, and [dev.quarry.internal.arena.MailReader] takes back what others freed.
///
/// A thread has its arena for as long as it lives and works ([dev.quarry.internal.arena.Tenancies]), a carrier of
/// virtual threads as long as they use it ([dev.quarry.internal.arena.Carriers]), and who holds a stripe for that
/// moment ([dev.quarry.internal.arena.Stripes]).
///
/// What is slow is called by way of [dev.quarry.internal.arena.SlowCalls], and so stays out of the code of the fast
/// paths' callers.
///
/// May know: zones, slabs. Must not know: the facade.
@NullMarked
package dev.quarry.internal.arena;

import org.jspecify.annotations.NullMarked;
