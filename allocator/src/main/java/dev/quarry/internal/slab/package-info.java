// SPDX-License-Identifier: Apache-2.0
/// Slabs: spans cut into equal slots of one size class, and the zones that keep what no arena owns.
///
/// ```
/// frame table     one word a frame of 64 KiB: which slab lies there, and who owns it (0: the null slab)
/// descriptor      three cache lines, out of line: free list, counters | remote frees, lists | what others read
/// link array      two bytes a slot, behind its descriptor: the next free slot, or ALLOCATED
/// slab            |slot 0|slot 1|slot 2| ... |   nothing but the application's bytes
/// ```
///
/// The free list of a slab lives in its link array and not in the free slots: no write to a block reaches it, and one
/// load tells whether a slot is allocated. An arena's *lookaside list* of a size class is the free slots of the slabs
/// that it owns, taken slab by slab, so that what is allocated together lies together.
///
/// Invariant of a slab at rest: `mallocs - frees == slots marked ALLOCATED`,
/// `free list + ALLOCATED + remotely freed == slots ever used`.
///
/// ```
/// Space           what there is once: the address range and its parts (SpaceLayout, PageTables), the zones
///   FrameTable      which slab lies at an address
///   ZonePlacement   which OS pages the zones should get: of which node, of which size
///   Refusals        what the system refused, for the report
///   Zone            the free spans of one node or purpose, and
///     Depot           its slabs: where they are made and end, and those that no arena owns
///     ZoneLevel       what it has at hand, against its watermarks
///     ZoneLock        who may change it
///     ZonePurge       gives free memory back, a piece at a time
///     ZoneMail        slabs with remote frees and no owner (MailRouter: those that have one)
///     ZoneWalk        visits what lies in it
/// ```
///
/// May know: buddies, regions. Must not know: threads, other than by the number of the arena that owns a slab.
@NullMarked
package dev.quarry.internal.slab;

import org.jspecify.annotations.NullMarked;
