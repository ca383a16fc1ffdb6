// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle.AccessMode;

/// The plain accesses of [RawMemory] as constants, for hot paths: without a method of ours around them.
///
/// C2 stops inlining when a compilation has made 18,000 nodes (`NodeCountInliningCutoff`), and an access by
/// `java.lang.foreign` makes 620 of them, most of which fold to nothing. So a caller's method with two pairs of malloc
/// and free is beyond it, and each access that is left becomes a call of [RawMemory]. What the JDK itself marks, method
/// handles included, is inlined all the same: a handle that is called directly stays a load or a store wherever it
/// stands. In a loop with one malloc and two frees a pair takes a third less; see docs/adr/0010.
///
/// Two widths are enough for them; each more is half a dozen generated classes (docs/adr/0009).
///
/// Nothing here checks an address. The handles throw nothing, but Java wants a handler: `throw rethrow(thrown)`.
///
/// Thread-safe: constants.
public final class RawHandles {
    /// `(long address) -> long`
    public static final MethodHandle GET_LONG = getter("getLong", JAVA_LONG_UNALIGNED);

    /// `(long address, long value) -> void`
    public static final MethodHandle PUT_LONG = putter("putLong", JAVA_LONG_UNALIGNED);

    /// `(long address) -> char`
    public static final MethodHandle GET_CHAR = getter("getChar", JAVA_CHAR_UNALIGNED);

    /// `(long address, char value) -> void`
    public static final MethodHandle PUT_CHAR = putter("putChar", JAVA_CHAR_UNALIGNED);

    /// The JDK makes a class for a handle that was called 127 times by code that is not compiled, and that needs heap:
    /// it is done here, before a service has none left.
    static final int SETTLING_CALLS = 256;

    static {
        try (Arena scratch = Arena.ofConfined()) {
            settle(scratch.allocate(Long.BYTES, Long.BYTES).address());
        }
    }

    private RawHandles() {}

    private static void settle(long address) {
        try {
            for (int call = 0; call < SETTLING_CALLS; call++) {
                PUT_LONG.invokeExact(address, (long) GET_LONG.invokeExact(address) + call);
                PUT_CHAR.invokeExact(address, (char) GET_CHAR.invokeExact(address));
            }
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    private static MethodHandle getter(String name, ValueLayout layout) {
        return InternalAccess.AVAILABLE
                ? InternalAccess.getter(name, layout.carrier())
                : everywhere(layout, AccessMode.GET);
    }

    private static MethodHandle putter(String name, ValueLayout layout) {
        return InternalAccess.AVAILABLE
                ? InternalAccess.putter(name, layout.carrier())
                : everywhere(layout, AccessMode.SET);
    }

    private static MethodHandle everywhere(ValueLayout layout, AccessMode mode) {
        return MethodHandles.insertArguments(layout.varHandle().toMethodHandle(mode), 0, RawMemory.ALL);
    }

    /// Throws on what a handle's caller has caught.
    /// @param thrown by something else in the same block: what is unchecked
    /// @return never
    public static RuntimeException rethrow(Throwable thrown) {
        throw InternalAccess.rethrow(thrown);
    }
}
