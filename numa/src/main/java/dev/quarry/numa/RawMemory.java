// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads and writes raw addresses: the one class through which the allocator touches memory.
///
/// Two ways lead to the same bytes, chosen once when this class is initialised:
///
/// * *foreign*: one [MemorySegment] that spans the address space. Needs no JVM flag beyond native access.
/// * *internal*: the JDK's internal accessor, found by method handles (see [InternalAccess]), where the flag that
///   Agrona's users pass as well (`--add-exports java.base/jdk.internal.misc=ALL-UNNAMED`) is there already.
///   It drops one bounds check an access.
///
/// Nothing here checks an address: that is the callers' work. Plain accessors give no ordering; those with `Acquire`,
/// `Release` or `Volatile` in their name, and the atomic ones, have the meaning of the like-named [VarHandle] mode and
/// need a naturally aligned address.
///
/// Thread-safe; no method makes an object but those that return one, and sometimes [#zero] and [#fill].
public final class RawMemory {
    static final MemorySegment ALL = everything();

    private static final VarHandle LONG = JAVA_LONG.varHandle().withInvokeExactBehavior();
    private static final VarHandle INT = JAVA_INT.varHandle().withInvokeExactBehavior();

    /// Beyond it the memory is slower than any store, and a loop that is not compiled yet would take its time.
    private static final int LOOP_BYTES = 1 << 20;

    private static final boolean INTERNAL = InternalAccess.AVAILABLE;

    /// Of an address in the foreign mode: its two highest bits are known to be 0.
    private static final long KNOWN_BITS = INTERNAL ? -1 : Long.MAX_VALUE >>> 1;

    private RawMemory() {}

    /// {@return `internal` or `foreign`: the way this JVM touches raw memory}
    public static String accessMode() {
        return INTERNAL ? "internal" : "foreign";
    }

    /// {@return the same address, in a form of which the compiler knows that no small offset takes it out of bounds}
    ///
    /// In the foreign mode each access checks its bounds. Of a pointer that has just been read nothing is known, so the
    /// accesses to all fields that it leads to are checked one by one; behind this, none of them is.
    ///
    /// So short a method (six bytes, `MaxTrivialSize`) is inlined wherever it stands.
    /// @param address of user space, whose two highest bits are always 0
    public static long asAddress(long address) {
        return address & KNOWN_BITS;
    }

    /// {@return the eight bytes at the address, plain mode}
    /// @param address any mapped address
    public static long getLong(long address) {
        if (INTERNAL) {
            try {
                return (long) RawHandles.GET_LONG.invokeExact(address);
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    /// Writes eight bytes, plain mode.
    /// @param address any mapped address
    /// @param value   the bytes
    public static void putLong(long address, long value) {
        if (INTERNAL) {
            try {
                RawHandles.PUT_LONG.invokeExact(address, value);
                return;
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /// {@return the four bytes at the address, plain mode}
    /// @param address any mapped address
    public static int getInt(long address) {
        if (INTERNAL) {
            try {
                return (int) Internal.GET_INT.invokeExact(address);
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    /// Writes four bytes, plain mode.
    /// @param address any mapped address
    /// @param value   the bytes
    public static void putInt(long address, int value) {
        if (INTERNAL) {
            try {
                Internal.PUT_INT.invokeExact(address, value);
                return;
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    /// {@return the two bytes at the address as an unsigned number, plain mode}
    /// @param address any mapped address
    public static char getChar(long address) {
        if (INTERNAL) {
            try {
                return (char) RawHandles.GET_CHAR.invokeExact(address);
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        return ALL.get(JAVA_CHAR_UNALIGNED, address);
    }

    /// Writes two bytes, plain mode.
    /// @param address any mapped address
    /// @param value   the bytes
    public static void putChar(long address, char value) {
        if (INTERNAL) {
            try {
                RawHandles.PUT_CHAR.invokeExact(address, value);
                return;
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        ALL.set(JAVA_CHAR_UNALIGNED, address, value);
    }

    /// {@return the byte at the address, plain mode}
    /// @param address any mapped address
    public static byte getByte(long address) {
        if (INTERNAL) {
            try {
                return (byte) Internal.GET_BYTE.invokeExact(address);
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        return ALL.get(JAVA_BYTE, address);
    }

    /// Writes one byte, plain mode.
    /// @param address any mapped address
    /// @param value   the byte
    public static void putByte(long address, byte value) {
        if (INTERNAL) {
            try {
                Internal.PUT_BYTE.invokeExact(address, value);
                return;
            } catch (Throwable impossible) {
                throw InternalAccess.rethrow(impossible);
            }
        }
        ALL.set(JAVA_BYTE, address, value);
    }

    /// {@return the eight bytes at the address, acquire mode}
    /// @param address a mapped address, a multiple of 8
    public static long getLongAcquire(long address) {
        return (long) LONG.getAcquire(ALL, address);
    }

    /// Writes eight bytes, release mode.
    /// @param address a mapped address, a multiple of 8
    /// @param value   the bytes
    public static void putLongRelease(long address, long value) {
        LONG.setRelease(ALL, address, value);
    }

    /// {@return the eight bytes at the address, opaque mode: never torn, never invented, not ordered}
    /// @param address a mapped address, a multiple of 8
    public static long getLongOpaque(long address) {
        return (long) LONG.getOpaque(ALL, address);
    }

    /// Compares and sets eight bytes, volatile mode.
    /// @param address  a mapped address, a multiple of 8
    /// @param expected the value that must be there
    /// @param value    the value to put in its place
    /// @return whether the expected value was there
    public static boolean compareAndSetLong(long address, long expected, long value) {
        return LONG.compareAndSet(ALL, address, expected, value);
    }

    /// Exchanges eight bytes, volatile mode.
    /// @param address a mapped address, a multiple of 8
    /// @param value   the value to put there
    /// @return the value that was there
    public static long getAndSetLong(long address, long value) {
        return (long) LONG.getAndSet(ALL, address, value);
    }

    /// {@return the four bytes at the address, acquire mode}
    /// @param address a mapped address, a multiple of 4
    public static int getIntAcquire(long address) {
        return (int) INT.getAcquire(ALL, address);
    }

    /// Writes four bytes, release mode.
    /// @param address a mapped address, a multiple of 4
    /// @param value   the bytes
    public static void putIntRelease(long address, int value) {
        INT.setRelease(ALL, address, value);
    }

    /// Compares and sets four bytes, volatile mode.
    /// @param address  a mapped address, a multiple of 4
    /// @param expected the value that must be there
    /// @param value    the value to put in its place
    /// @return whether the expected value was there
    public static boolean compareAndSetInt(long address, int expected, int value) {
        return INT.compareAndSet(ALL, address, expected, value);
    }

    /// Copies bytes; the ranges may overlap.
    /// @param from     source address
    /// @param to       target address
    /// @param byteSize number of bytes
    public static void copy(long from, long to, long byteSize) {
        MemorySegment.copy(ALL, from, ALL, to, byteSize);
    }

    /// Copies bytes to an array.
    /// @param from     source address
    /// @param to       target
    /// @param toIndex  of the first byte in the target
    /// @param byteSize number of bytes
    /// @throws IndexOutOfBoundsException if the target has no such range
    public static void copy(long from, byte[] to, int toIndex, int byteSize) {
        MemorySegment.copy(ALL, JAVA_BYTE, from, to, toIndex, byteSize);
    }

    /// Copies bytes from an array.
    /// @param from      source
    /// @param fromIndex of the first byte in the source
    /// @param to        target address
    /// @param byteSize  number of bytes
    /// @throws IndexOutOfBoundsException if the source has no such range
    public static void copy(byte[] from, int fromIndex, long to, int byteSize) {
        MemorySegment.copy(from, fromIndex, ALL, JAVA_BYTE, to, byteSize);
    }

    /// Sets every byte of a range.
    /// @param address  start of the range
    /// @param byteSize number of bytes
    /// @param value    the byte
    public static void fill(long address, long byteSize, byte value) {
        ALL.asSlice(address, byteSize).fill(value);
    }

    /// Sets every byte of a range to 0. Up to [#LOOP_BYTES] it is a loop that the compiler makes wide stores of: half
    /// the time of the bulk fill. That wants a segment of the range alone, by [#ALL] it takes three times as long; in
    /// some callers the compiler makes an object of it, of 40 bytes.
    /// @param address  start of the range
    /// @param byteSize number of bytes
    public static void zero(long address, long byteSize) {
        if (byteSize > LOOP_BYTES) {
            fill(address, byteSize, (byte) 0);
            return;
        }
        MemorySegment range = ALL.asSlice(address, byteSize);
        int words = (int) byteSize & -Long.BYTES;
        for (int offset = 0; offset < words; offset += Long.BYTES) {
            range.set(JAVA_LONG_UNALIGNED, offset, 0);
        }
        for (int offset = words; offset < byteSize; offset++) {
            range.set(JAVA_BYTE, offset, (byte) 0);
        }
    }

    /// {@return a segment of exactly this range whose lifetime is the arena's}
    /// @param address  start of the range
    /// @param byteSize number of bytes
    /// @param arena    whose closing ends the segment's life
    /// @param cleanup  runs when the arena is closed; null: nothing does
    /// @throws IllegalStateException if the arena is closed
    /// @throws WrongThreadException  if the arena is confined to another thread
    @SuppressWarnings("restricted")
    public static MemorySegment segment(
            long address, long byteSize, Arena arena, @Nullable Consumer<MemorySegment> cleanup) {
        return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, cleanup);
    }

    /// {@return all of the address space as one segment, whose offsets are addresses} For code that touches blocks in a
    /// loop of its own: the JDK's accesses are always inlined, the methods here only up to a limit (docs/adr/0010).
    public static MemorySegment all() {
        return ALL;
    }

    /// {@return a segment of exactly this range, in the global scope}
    /// @param address  start of the range
    /// @param byteSize number of bytes
    public static MemorySegment segment(long address, long byteSize) {
        return ALL.asSlice(address, byteSize);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /// The internal accessor's handles beside those of [RawHandles]: a class of its own, which most JVMs never need.
    private static final class Internal {
        static final MethodHandle GET_INT = InternalAccess.getter("getInt", int.class);
        static final MethodHandle PUT_INT = InternalAccess.putter("putInt", int.class);
        static final MethodHandle GET_BYTE = InternalAccess.getter("getByte", byte.class);
        static final MethodHandle PUT_BYTE = InternalAccess.putter("putByte", byte.class);

        static {
            try (Arena scratch = Arena.ofConfined()) {
                settle(scratch.allocate(Integer.BYTES, Integer.BYTES).address());
            }
        }

        private static void settle(long address) {
            try {
                for (int call = 0; call < RawHandles.SETTLING_CALLS; call++) {
                    PUT_INT.invokeExact(address, (int) GET_INT.invokeExact(address) + call);
                    PUT_BYTE.invokeExact(address, (byte) GET_BYTE.invokeExact(address));
                }
            } catch (Throwable thrown) {
                throw InternalAccess.rethrow(thrown);
            }
        }
    }
}
