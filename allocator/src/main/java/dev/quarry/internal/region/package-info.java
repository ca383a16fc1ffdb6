// SPDX-License-Identifier: Apache-2.0
/// Ranges of address space and the credit to commit them.
///
/// ```
/// reservation  |<------------------------- reserved, inaccessible ------------------------->|
/// region       |<-- node 0 -->|<-- node 1 -->| ...   equal ranges, each a power of two of bytes
/// committed    |#######.......|####..........|       each committed byte has a credit in the ledger
/// ```
///
/// May know: the operating system ([dev.quarry.numa.NativeMemory]). Must not know: who uses the pages.
/// Nothing here is ever unmapped while the process lives: a closed allocator's reservation is purged and kept for the
/// next one ([dev.quarry.internal.region.Reservations]), so that a stale address can never crash the JVM.
@NullMarked
package dev.quarry.internal.region;

import org.jspecify.annotations.NullMarked;
