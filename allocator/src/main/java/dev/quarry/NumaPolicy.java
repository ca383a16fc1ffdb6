// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// On which NUMA node new memory is placed.
public enum NumaPolicy {
    /// On the node of the thread that allocates.
    LOCAL,
    /// Anywhere: the machine is treated as one node.
    OFF
}
