// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

/// Makes a stack overflow happen now or not at all.
///
/// A StackOverflowError between two stores of a list operation would leave the list broken, and one between taking a
/// lock and giving it back would hold it forever. So each slow path begins by going deeper than it will ever go itself:
/// if the stack does not suffice, the error is thrown here, where nothing has changed yet. The frames carry many live
/// locals so that they are large in compiled code too: they must outweigh a path that is still interpreted.
///
/// There are three depths, since a probe costs in proportion. Who calls another's slow path after a first change needs
/// the greater depth, so that the other's own probe cannot fail any more.
public final class StackReserve {
    private static final int LISTS = 20;
    private static final int ZONE = 112;
    private static final int ARENA = ZONE + 24;

    private StackReserve() {}

    /// Ensures that a few list operations fit on the stack.
    /// @throws StackOverflowError if they do not
    public static void ensure() {
        probe(LISTS);
    }

    /// Ensures that one operation of a zone fits, down to the calls of the operating system.
    /// @throws StackOverflowError if it does not
    public static void ensureForZone() {
        probe(ZONE);
    }

    /// Ensures that operations of an arena fit which call zones in their midst.
    /// @throws StackOverflowError if they do not
    public static void ensureForArena() {
        probe(ARENA);
    }

    /// {@return whether operations of an arena fit which call zones in their midst} For work that can wait.
    public static boolean sufficesForArena() {
        try {
            probe(ARENA);
            return true;
        } catch (StackOverflowError tooDeep) {
            return false;
        }
    }

    private static void probe(int depth) {
        if (descend(depth, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) == 0) {
            throw new AssertionError("the frames were optimised away");
        }
    }

    // Each level passes its arguments on in another order, so none can be kept in a register all the way down.
    private static long descend(
            int depth,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g,
            long h,
            long i,
            long j,
            long k,
            long l,
            long m,
            long n,
            long o,
            long p) {
        if (depth == 0) {
            return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p;
        }
        return descend(depth - 1, p, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) + (depth & 1);
    }
}
