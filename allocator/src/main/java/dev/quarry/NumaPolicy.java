// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.NodeSet;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// On which NUMA nodes new memory is placed, in the kernel's terms.
///
/// | policy | memory comes from |
/// |---|---|
/// | `local` | the node that the thread runs on when its arena takes memory |
/// | `preferred:N` | node N |
/// | `bind:N,M` | these nodes, the nearest to the thread first |
/// | `interleave`, `interleave:N,M` | all nodes, or these, in turn: large spans OS page by OS page, slabs one by one |
/// | `off` | anywhere: the machine is treated as one node; for a whole allocator only |
///
/// A *strict* policy never goes beyond the nodes that it names: where they have no memory, there is none. An *advisory*
/// one goes on by distance. `bind` is strict, the others are advisory, unless [#strict()] or [#advisory()] says
/// otherwise.
///
/// Immutable and thread-safe.
public final class NumaPolicy {
    /// What a policy does with its nodes.
    public enum Kind {
        /// See [NumaPolicy].
        LOCAL,
        /// See [NumaPolicy].
        PREFERRED,
        /// See [NumaPolicy].
        BIND,
        /// See [NumaPolicy].
        INTERLEAVE,
        /// See [NumaPolicy].
        OFF
    }

    /// On the node of the thread that allocates.
    public static final NumaPolicy LOCAL = new NumaPolicy(Kind.LOCAL, NodeSet.of(), false);

    /// On all nodes in turn.
    public static final NumaPolicy INTERLEAVE = new NumaPolicy(Kind.INTERLEAVE, NodeSet.of(), false);

    /// Anywhere: the machine is treated as one node.
    public static final NumaPolicy OFF = new NumaPolicy(Kind.OFF, NodeSet.of(), false);

    private static final char SEPARATOR = ':';

    private final Kind kind;
    private final NodeSet nodes;
    private final boolean strict;

    private NumaPolicy(Kind kind, NodeSet nodes, boolean strict) {
        this.kind = kind;
        this.nodes = nodes;
        this.strict = strict;
    }

    /// {@return the policy that goes to one node first}
    /// @param node the kernel's id
    public static NumaPolicy preferred(int node) {
        return new NumaPolicy(Kind.PREFERRED, NodeSet.of(node), false);
    }

    /// {@return the strict policy that uses some nodes only}
    /// @param nodes the kernel's ids, at least one
    /// @throws IllegalArgumentException without a node
    public static NumaPolicy bind(int... nodes) {
        return new NumaPolicy(Kind.BIND, some(nodes), true);
    }

    /// {@return the policy that uses some nodes in turn}
    /// @param nodes the kernel's ids, at least one
    /// @throws IllegalArgumentException without a node
    public static NumaPolicy interleave(int... nodes) {
        return new NumaPolicy(Kind.INTERLEAVE, some(nodes), false);
    }

    private static NodeSet some(int... nodes) {
        if (nodes.length == 0) {
            throw new IllegalArgumentException("the policy needs at least one node");
        }
        return NodeSet.of(nodes);
    }

    /// {@return the policy that a text stands for, as [#toString()] writes it; null where it stands for none}
    static @Nullable NumaPolicy parse(String text) {
        int colon = text.indexOf(SEPARATOR);
        return colon < 0 ? word(text) : withNodes(text.substring(0, colon), text.substring(colon + 1));
    }

    private static @Nullable NumaPolicy word(String text) {
        return switch (text) {
            case "local" -> LOCAL;
            case "interleave" -> INTERLEAVE;
            case "off" -> OFF;
            default -> null;
        };
    }

    private static @Nullable NumaPolicy withNodes(String kind, String list) {
        NodeSet nodes;
        try {
            nodes = NodeSet.parse(list);
        } catch (IllegalArgumentException noList) {
            return null;
        }
        if (nodes.isEmpty()) {
            return null;
        }
        return switch (kind) {
            case "preferred" -> nodes.size() == 1 ? new NumaPolicy(Kind.PREFERRED, nodes, false) : null;
            case "bind" -> new NumaPolicy(Kind.BIND, nodes, true);
            case "interleave" -> new NumaPolicy(Kind.INTERLEAVE, nodes, false);
            default -> null;
        };
    }

    /// {@return this policy, never going beyond its nodes}
    public NumaPolicy strict() {
        return new NumaPolicy(kind, nodes, true);
    }

    /// {@return this policy, going on by distance where its nodes have no memory}
    public NumaPolicy advisory() {
        return new NumaPolicy(kind, nodes, false);
    }

    /// {@return what it does with its nodes}
    public Kind kind() {
        return kind;
    }

    /// {@return the nodes that it names; empty for a policy that names none}
    public NodeSet nodes() {
        return nodes;
    }

    /// {@return whether it never goes beyond its nodes}
    public boolean isStrict() {
        return strict;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NumaPolicy policy
                && kind == policy.kind
                && strict == policy.strict
                && nodes.equals(policy.nodes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, nodes, strict);
    }

    /// {@return the policy as its property writes it} What the property cannot say, that it was made strict or
    /// advisory, is not part of it.
    @Override
    public String toString() {
        String word = kind.name().toLowerCase(Locale.ROOT);
        return nodes.isEmpty() ? word : word + SEPARATOR + nodes;
    }
}
