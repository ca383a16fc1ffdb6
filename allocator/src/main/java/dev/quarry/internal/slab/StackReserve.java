// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

/// Makes a stack overflow happen now or not at all.
///
/// A StackOverflowError between two stores of a list operation would leave the list broken, and one between taking a
/// lock and giving it back would hold it forever. So each slow path begins by asking for more stack than it will ever
/// need itself, interpreted or compiled: if there is less, the error is thrown here, where nothing has changed yet.
///
/// There are three depths. Who calls another's slow path after a first change needs the greater one, so that the
/// other's own probe cannot fail any more: they differ by more than the frames between and the OS page to which a
/// [StackProbe] rounds.
public final class StackReserve {
    private static final int LISTS_WORDS = 1024;
    private static final int ZONE_WORDS = 5 * LISTS_WORDS / 2;
    private static final int ARENA_WORDS = 7 * LISTS_WORDS / 2;

    private static final StackProbe LISTS = StackProbe.ofWords(LISTS_WORDS);
    private static final StackProbe ZONE = StackProbe.ofWords(ZONE_WORDS);
    private static final StackProbe ARENA = StackProbe.ofWords(ARENA_WORDS);

    private StackReserve() {}

    /// Ensures that a few list operations fit on the stack.
    /// @throws StackOverflowError if they do not
    public static void ensure() {
        LISTS.probe();
    }

    /// Ensures that one operation of a zone fits, down to the calls of the operating system.
    /// @throws StackOverflowError if it does not
    public static void ensureForZone() {
        ZONE.probe();
    }

    /// Ensures that operations of an arena fit which call zones in their midst.
    /// @throws StackOverflowError if they do not
    public static void ensureForArena() {
        ARENA.probe();
    }

    /// {@return whether operations of an arena fit which call zones in their midst} For work that can wait.
    public static boolean sufficesForArena() {
        try {
            ARENA.probe();
            return true;
        } catch (StackOverflowError tooDeep) {
            return false;
        }
    }
}
