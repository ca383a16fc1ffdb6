// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.BitSet;
import java.util.stream.IntStream;

/// An immutable set of node ids, written the kernel's way: `0,2-3`.
public final class NodeSet {
    /// Ids are below this: no kernel is built for more nodes.
    public static final int MAX_NODES = 1024;

    private static final NodeSet EMPTY = new NodeSet(new BitSet());

    private final BitSet ids;

    private NodeSet(BitSet ids) {
        this.ids = ids;
    }

    /// The set without members.
    ///
    /// @return an empty set
    public static NodeSet empty() {
        return EMPTY;
    }

    /// The set of every id that a node can have.
    static NodeSet all() {
        BitSet all = new BitSet();
        all.set(0, MAX_NODES);
        return new NodeSet(all);
    }

    /// A set of nodes.
    ///
    /// @param ids their ids, in any order; one that is there twice counts once
    /// @return the set
    /// @throws IllegalArgumentException if an id is negative or not below [#MAX_NODES]
    public static NodeSet of(int... ids) {
        BitSet set = new BitSet();
        for (int id : ids) {
            set.set(checked(id));
        }
        return new NodeSet(set);
    }

    /// A set of nodes.
    ///
    /// @param ids their ids, in any order; one that is there twice counts once
    /// @return the set
    /// @throws IllegalArgumentException if an id is negative or not below [#MAX_NODES]
    public static NodeSet of(IntStream ids) {
        return of(ids.toArray());
    }

    static NodeSet of(BitSet ids) {
        return new NodeSet((BitSet) ids.clone());
    }

    /// Reads a list of the kernel's.
    ///
    /// @param list ids and ranges, separated by commas; empty for the empty set; surrounding white space is ignored
    /// @return the set
    /// @throws IllegalArgumentException if the list is none; the message quotes the wrong part
    public static NodeSet parse(String list) {
        return new NodeSet(NumberLists.parse(list, MAX_NODES));
    }

    /// The id itself, if it can be one.
    static int checked(int id) {
        if (id < 0 || id >= MAX_NODES) {
            throw new IllegalArgumentException("a node's id is from 0 to " + (MAX_NODES - 1) + ", not " + id);
        }
        return id;
    }

    /// Whether a node is a member.
    ///
    /// @param id its id
    /// @return whether it is
    public boolean contains(int id) {
        return id >= 0 && ids.get(id);
    }

    /// How many members there are.
    ///
    /// @return 0 or more
    public int size() {
        return ids.cardinality();
    }

    /// Whether there is no member.
    ///
    /// @return whether it is so
    public boolean isEmpty() {
        return ids.isEmpty();
    }

    /// The members in ascending order.
    ///
    /// @return a new stream
    public IntStream ids() {
        return ids.stream();
    }

    /// The members in ascending order.
    ///
    /// @return a new array
    public int[] toArray() {
        int[] members = new int[size()];
        int count = 0;
        for (int id = ids.nextSetBit(0); id >= 0; id = ids.nextSetBit(id + 1)) {
            members[count++] = id;
        }
        return members;
    }

    /// The smallest id.
    ///
    /// @return the first member
    /// @throws IllegalStateException if there is none
    public int first() {
        if (ids.isEmpty()) {
            throw new IllegalStateException("an empty set of nodes has no first");
        }
        return ids.nextSetBit(0);
    }

    /// What is in both.
    ///
    /// @param other another set
    /// @return the common members
    public NodeSet and(NodeSet other) {
        BitSet common = (BitSet) ids.clone();
        common.and(other.ids);
        return new NodeSet(common);
    }

    /// What is in either.
    ///
    /// @param other another set
    /// @return the members of both
    public NodeSet or(NodeSet other) {
        BitSet union = (BitSet) ids.clone();
        union.or(other.ids);
        return new NodeSet(union);
    }

    /// What is in this one and not in the other.
    NodeSet without(NodeSet other) {
        BitSet left = (BitSet) ids.clone();
        left.andNot(other.ids);
        return new NodeSet(left);
    }

    /// The kernel's form of it: bit n of the whole stands for node n. No longer than needed.
    long[] mask() {
        return ids.toLongArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeSet that && ids.equals(that.ids);
    }

    @Override
    public int hashCode() {
        return ids.hashCode();
    }

    /// The kernel's way of writing it, which [#parse] reads.
    @Override
    public String toString() {
        return NumberLists.describe(ids);
    }
}
