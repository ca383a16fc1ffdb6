// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// The malloc of a native library by downcall: the C library's, or that of the library which the system property
/// `bench.malloc.library` names.
final class LibcBlocks extends Blocks {
    private static boolean criticalRequested;

    private LibcBlocks() {}

    /// Each call leaves the Java state of its thread and comes back to it.
    static LibcBlocks plain() {
        return new LibcBlocks();
    }

    /// Each call stays in it, and holds up safepoints meanwhile. One process uses one of the two: the first choice
    /// holds.
    static LibcBlocks critical() {
        criticalRequested = true;
        return new LibcBlocks();
    }

    /// Bound on first use, to constants that the JIT compiler calls directly.
    private static final class Calls {
        static final Linker LINKER = Linker.nativeLinker();
        static final SymbolLookup LIBRARY = library();
        static final MethodHandle MALLOC = bind("malloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        static final MethodHandle CALLOC = bind("calloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle REALLOC = bind("realloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle ALIGNED_ALLOC =
                bind("aligned_alloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle FREE = bind("free", FunctionDescriptor.ofVoid(JAVA_LONG));

        private static SymbolLookup library() {
            String file = System.getProperty("bench.malloc.library");
            return file == null ? LINKER.defaultLookup() : library(Path.of(file));
        }

        @SuppressWarnings("restricted")
        private static SymbolLookup library(Path file) {
            return SymbolLookup.libraryLookup(file, Arena.global());
        }

        @SuppressWarnings("restricted")
        private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
            Linker.Option[] options =
                    criticalRequested ? new Linker.Option[] {Linker.Option.critical(false)} : new Linker.Option[0];
            return LINKER.downcallHandle(LIBRARY.findOrThrow(name), descriptor, options);
        }
    }

    @Override
    public long malloc(long byteSize) {
        try {
            return checked((long) Calls.MALLOC.invokeExact(byteSize), byteSize);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public long calloc(long count, long elementByteSize) {
        try {
            return checked((long) Calls.CALLOC.invokeExact(count, elementByteSize), elementByteSize);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public long realloc(long address, long byteSize) {
        try {
            return checked((long) Calls.REALLOC.invokeExact(address, byteSize), byteSize);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public long alignedAlloc(long byteAlignment, long byteSize) {
        try {
            return checked((long) Calls.ALIGNED_ALLOC.invokeExact(byteAlignment, byteSize), byteSize);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    @Override
    public void free(long address) {
        try {
            Calls.FREE.invokeExact(address);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /// A null address would be written to next.
    private static long checked(long address, long byteSize) {
        if (address == 0) {
            throw new IllegalStateException("malloc has no memory for a block of " + byteSize + " bytes");
        }
        return address;
    }

    private static RuntimeException rethrow(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }
}
