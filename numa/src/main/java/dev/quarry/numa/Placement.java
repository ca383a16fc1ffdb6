// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// How the kernel chooses the node of an OS page that becomes resident: one of its memory policies.
public enum Placement {
    /// From the nodes of the set, the nearest to the touching cpu first, and from no other. Where all of them are full
    /// the kernel ends a process that touches memory regardless: populate what is bound, or keep account of it.
    BIND,
    /// From the node of the set with the smallest id while it has memory, then from the node nearest to it.
    PREFERRED,
    /// From the nodes of the set in turn, OS page by OS page; where one is full, from the node nearest to it.
    INTERLEAVE,
    /// From the node of the cpu that touches the page first, then from the node nearest to that: the policy that holds
    /// before any other is set. The set of nodes says nothing here. A process that was started under another policy,
    /// as by `numactl`, falls back to that one.
    LOCAL
}
