// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The C library's malloc by downcall, with what it tells of itself: what the cases that measure memory need. The JVM
/// uses the same malloc for its own memory. Thread-safe.
public final class LibcMemory {
    /// Where the C library does not tell what it holds.
    public static final long UNKNOWN = -1;

    /// glibc's `struct mallinfo2`: ten words, of which two say what was taken from the system.
    private static final StructLayout MALLINFO = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, JAVA_LONG));

    private static final int ARENA_BYTES = 0;
    private static final int MAPPED_BYTES = 4;

    private final MethodHandle malloc = require("malloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private final MethodHandle free = require("free", FunctionDescriptor.ofVoid(JAVA_LONG));
    private final MethodHandle usableSize = require("malloc_usable_size", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private final Optional<MethodHandle> trim = find("malloc_trim", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    private final Optional<MethodHandle> mallinfo = find("mallinfo2", FunctionDescriptor.of(MALLINFO));

    private static MethodHandle require(String name, FunctionDescriptor descriptor) {
        return find(name, descriptor)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no function " + name));
    }

    @SuppressWarnings("restricted")
    private static Optional<MethodHandle> find(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, descriptor));
    }

    /// {@return the address of a new block}
    ///
    /// @throws IllegalStateException when there is no memory for it
    public long malloc(long byteSize) {
        try {
            long address = (long) malloc.invokeExact(byteSize);
            if (address == 0) {
                throw new IllegalStateException("malloc has no memory for a block of " + byteSize + " bytes");
            }
            return address;
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    public void free(long address) {
        try {
            free.invokeExact(address);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /// {@return how many bytes of the block may be used}
    public long usableSize(long address) {
        try {
            return (long) usableSize.invokeExact(address);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /// {@return bytes taken from the system, in arenas and in mappings of single blocks, or [#UNKNOWN]}
    public long committedBytes() {
        if (mallinfo.isEmpty()) {
            return UNKNOWN;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) mallinfo.get().invokeExact((SegmentAllocator) arena);
            return info.getAtIndex(JAVA_LONG, ARENA_BYTES) + info.getAtIndex(JAVA_LONG, MAPPED_BYTES);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /// Gives free memory back to the system, where the C library has a call for it.
    public void trim() {
        if (trim.isEmpty()) {
            return;
        }
        try {
            // Whether anything went back is of no interest here.
            int ignored = (int) trim.get().invokeExact(0L);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    private static RuntimeException rethrow(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }
}
