// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

/// The columns of the live file's rows of nodes.
public final class NodeColumn {
    /// The kernel's id; -1 for the zone that is spread over several.
    public static final int NODE = 0;

    /// Committed bytes.
    public static final int COMMITTED_BYTES = 1;

    /// Bytes of free pages that may be resident.
    public static final int DIRTY_BYTES = 2;

    /// Bytes of free pages that are not resident.
    public static final int CLEAN_BYTES = 3;

    /// How often the node was asked for memory and had none.
    public static final int FULL_REFUSALS = 4;

    /// Bytes given back to the system so far.
    public static final int PURGED_BYTES = 5;

    static final int COUNT = 6;

    private NodeColumn() {}
}
