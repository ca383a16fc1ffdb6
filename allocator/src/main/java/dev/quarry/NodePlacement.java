// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Where the OS pages of a node's live memory really lie, by a sample.
///
/// @param node the kernel's id of the node that they should lie on
/// @param sampledPages OS pages that the system was asked about, a count
/// @param residentPages those of them that are in memory, a count
/// @param placedPages those of them that lie on the node, a count
public record NodePlacement(int node, int sampledPages, int residentPages, int placedPages) {
    /// {@return the share of resident pages that lie where they should, in percent; 100 when none is resident}
    public double placedPercent() {
        return residentPages == 0 ? 100 : 100.0 * placedPages / residentPages;
    }
}
