// SPDX-License-Identifier: Apache-2.0
/// The live file: an allocator's figures, errors and last events in a file that others read while it runs, and after
/// its process was killed.
///
/// ```
/// LiveLayout    where everything is in the file
/// LiveFolder    which folder, and whether it is safe
/// LiveFile      the writer: one thread at a time, through a mapping
/// EventRing     the last events, on the heap until the writer comes by
/// LiveReader    the reader: reads, never maps, so that nothing that happens to the file can harm it
/// ```
///
/// The counters have the layout of Agrona's `CountersReader`, the errors that of its `ErrorLogReader`.
///
/// May know: the log of errors and the events. Must not know: the allocator, whose facade brings the figures.
@NullMarked
package dev.quarry.internal.live;

import org.jspecify.annotations.NullMarked;
