// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Topology;
import java.util.stream.IntStream;

/// The machine that `run-in-guest` describes to the emulator: what the tests expect to find.
final class Guest {
    static final int NODES = 4;
    static final NodeSet ALL_NODES = NodeSet.of(IntStream.range(0, NODES));

    /// A node that a kernel could have, and this one has not.
    static final int ABSENT_NODE = 9;

    private static final int CPUS_PER_NODE = 2;
    private static final int NEAR = 20;
    private static final int FAR = 30;

    private Guest() {}

    static int[] cpusOf(int node) {
        return IntStream.range(node * CPUS_PER_NODE, (node + 1) * CPUS_PER_NODE).toArray();
    }

    static int nodeOfCpu(int cpu) {
        return cpu / CPUS_PER_NODE;
    }

    static int distance(int from, int to) {
        if (from == to) {
            return Topology.LOCAL_DISTANCE;
        }
        return neighbourOf(from) == to ? NEAR : FAR;
    }

    /// The other node of a pair: 0 and 1, 2 and 3.
    static int neighbourOf(int node) {
        return node ^ 1;
    }
}
