// SPDX-License-Identifier: Apache-2.0

/// `quarry top` and `quarry report`: an allocator seen from another process.
///
/// ```
/// LiveFiles       which file is meant
/// Frame           a snapshot, and what has changed since the one before
/// TopPage         a frame as lines of text; a function and nothing else
/// BatchTable      a frame as one line
/// Terminal        the controlling terminal: raw while it is open, as it was afterwards
/// TopLoop         reads, shows, waits for a key
/// RemoteReport    asks a process for its report
/// ```
@NullMarked
package dev.quarry.bench.top;

import org.jspecify.annotations.NullMarked;
