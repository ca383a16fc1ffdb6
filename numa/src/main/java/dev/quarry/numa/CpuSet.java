// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.BitSet;
import java.util.stream.IntStream;

/// An immutable set of cpu numbers, written the kernel's way: `0-3,8,10-11`.
public final class CpuSet {
    /// No kernel has more; a larger number in a list is a mistake, not a machine.
    private static final int MAX_CPUS = 1 << 16;

    private final BitSet cpus;

    private CpuSet(BitSet cpus) {
        this.cpus = cpus;
    }

    static CpuSet of(BitSet cpus) {
        return new CpuSet((BitSet) cpus.clone());
    }

    /// The set without members.
    ///
    /// @return an empty set
    public static CpuSet empty() {
        return new CpuSet(new BitSet());
    }

    /// The set of every number that a cpu can have.
    static CpuSet all() {
        return range(0, MAX_CPUS);
    }

    /// The cpus from one to another.
    ///
    /// @param first the first member
    /// @param endExclusive the first number that is no member any more
    /// @return the set
    public static CpuSet range(int first, int endExclusive) {
        BitSet cpus = new BitSet();
        cpus.set(first, endExclusive);
        return new CpuSet(cpus);
    }

    /// Reads a list of the kernel's.
    ///
    /// @param list numbers and ranges, separated by commas; empty for the empty set; surrounding white space is ignored
    /// @return the set
    /// @throws IllegalArgumentException if the list is none; the message quotes the wrong part
    public static CpuSet parse(String list) {
        return new CpuSet(NumberLists.parse(list, MAX_CPUS));
    }

    /// Whether a cpu is a member.
    ///
    /// @param cpu its number
    /// @return whether it is
    public boolean contains(int cpu) {
        return cpu >= 0 && cpus.get(cpu);
    }

    /// How many members there are.
    ///
    /// @return 0 or more
    public int size() {
        return cpus.cardinality();
    }

    /// Whether there is no member.
    ///
    /// @return whether it is so
    public boolean isEmpty() {
        return cpus.isEmpty();
    }

    /// What is in both.
    ///
    /// @param other another set
    /// @return the common members
    public CpuSet and(CpuSet other) {
        BitSet common = (BitSet) cpus.clone();
        common.and(other.cpus);
        return new CpuSet(common);
    }

    /// What is in this one and not in the other.
    CpuSet without(CpuSet other) {
        BitSet left = (BitSet) cpus.clone();
        left.andNot(other.cpus);
        return new CpuSet(left);
    }

    /// The first member that is not below a number; -1 where there is none.
    int next(int from) {
        return cpus.nextSetBit(from);
    }

    /// One more than the largest member; 0 where there is none.
    int end() {
        return cpus.length();
    }

    /// The members in ascending order.
    ///
    /// @return a new stream
    public IntStream stream() {
        return cpus.stream();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuSet that && cpus.equals(that.cpus);
    }

    @Override
    public int hashCode() {
        return cpus.hashCode();
    }

    /// The kernel's way of writing it, which [#parse] reads.
    @Override
    public String toString() {
        return NumberLists.describe(cpus);
    }
}
