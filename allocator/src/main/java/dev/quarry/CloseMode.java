// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// What a close does about blocks that are still live.
public enum CloseMode {
    /// [#REPORT] for a child, [#FREE] for an allocator without a parent.
    AUTO,
    /// Frees them, and says nothing.
    FREE,
    /// Frees them, and logs one line: how many blocks and bytes, and of which sizes most.
    REPORT,
    /// Throws an [IllegalStateException], and the allocator stays open.
    REFUSE
}
