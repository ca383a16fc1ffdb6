// SPDX-License-Identifier: Apache-2.0
/// Pages: power-of-two blocks of them, split and merged, and the map that says what each page is.
///
/// ```
/// order 2   |       block        |      a block of order k is 2^k pages, aligned to its size
/// order 1   |  block  |  buddy   |      its buddy is the equal neighbour: page ^ 2^k
/// order 0   | p0 | p1 | p2  | p3 |
/// ```
///
/// The span map ([dev.quarry.internal.buddy.SpanMap]) lies out of line, sixteen bytes a page, and only the first page
/// of a block or a span has a record: it says what is at an address. The free map ([dev.quarry.internal.buddy.FreeMap])
/// says where there is a free block of a size: a tree of bits. A run that is no power of two lies on several blocks
/// side
/// by side ([dev.quarry.internal.buddy.FreeRuns]). The same buddy serves the blocks' pages and the metadata's own.
///
/// May know: regions. Must not know: slots, threads.
@NullMarked
package dev.quarry.internal.buddy;

import org.jspecify.annotations.NullMarked;
