// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// Distances between nodes as firmware gives them, and what is assumed where it gives none.
final class Distances {
    /// Firmware has a byte for a distance.
    static final int MAX = 255;

    private Distances() {}

    static boolean isRemote(int distance) {
        return distance > Topology.LOCAL_DISTANCE && distance <= MAX;
    }

    /// The distance between two nodes of which the system does not tell it, by their positions.
    static int assumed(int row, int column) {
        return row == column ? Topology.LOCAL_DISTANCE : Topology.REMOTE_DISTANCE;
    }

    static int[][] assumed(int nodes) {
        int[][] distances = new int[nodes][nodes];
        for (int row = 0; row < nodes; row++) {
            for (int column = 0; column < nodes; column++) {
                distances[row][column] = assumed(row, column);
            }
        }
        return distances;
    }
}
