// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.buddy.SpanMap.PAGE_SHIFT;

import dev.quarry.internal.slab.Zone;

/// The kernel's `numastat` for one arena: pages that left a zone for it, by node.
///
/// | counter | counts on node N the pages that |
/// |---|---|
/// | hit | were wanted from N and came from it |
/// | miss | came from N although another node was wanted |
/// | foreign | were wanted from N and came from another |
/// | interleave | came from N because it was its turn |
/// | local | came from N while the thread ran next to it |
/// | other | came from N while the thread ran next to another |
///
/// Not thread-safe: the arena's owner only; may be read by anyone, and is exact when the owner rests.
final class NodeCounters {
    static final int HIT = 0;
    static final int MISS = 1;
    static final int FOREIGN = 2;
    static final int INTERLEAVE = 3;
    static final int LOCAL = 4;
    static final int OTHER = 5;
    private static final int KINDS = 6;

    private final long[][] pages;

    /// @param zones zones of nodes
    NodeCounters(int zones) {
        this.pages = new long[KINDS][zones];
    }

    /// Counts pages that all lie on one node.
    /// @param wanted  the zone that was asked first
    /// @param got     the zone that they came from
    /// @param near    the zone next to which the thread ran
    /// @param isTurn  whether the wanted zone was asked first because it was its turn
    /// @param count   how many
    void add(Zone wanted, Zone got, Zone near, boolean isTurn, long count) {
        int index = got.index();
        if (got == wanted) {
            pages[HIT][index] += count;
            pages[INTERLEAVE][index] += isTurn ? count : 0;
        } else {
            pages[MISS][index] += count;
            pages[FOREIGN][wanted.index()] += count;
        }
        pages[got == near ? LOCAL : OTHER][index] += count;
    }

    /// Counts pages that the kernel spreads over nodes: page `p` lies on the node `p % members`.
    /// @param members the zones of the nodes
    /// @param near    the zone next to which the thread ran
    /// @param address of the first page
    /// @param count   how many
    void addSpread(Zone[] members, Zone near, long address, long count) {
        int first = (int) ((address >>> PAGE_SHIFT) % members.length);
        for (int step = 0; step < members.length; step++) {
            Zone zone = members[(first + step) % members.length];
            long share = count / members.length + (step < count % members.length ? 1 : 0);
            add(zone, zone, near, true, share);
        }
    }

    /// {@return pages of one kind on the node of a zone}
    long get(int kind, Zone zone) {
        return pages[kind][zone.index()];
    }
}
