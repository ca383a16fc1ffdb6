// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The C library's functions, one method each. As the kernel itself does, a method gives the result or, where that
/// failed, the negated error number: no object is made on the way. Addresses and numbers travel as `long`,
/// which the calling conventions of all 64-bit Linux machines treat as they treat pointers and shorter numbers; of a
/// shorter result only its own bits are looked at.
@SuppressWarnings("restricted")
final class LinuxCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /// Of all functions, with up to seven arguments. Fewer than that are as good: the conventions of 64-bit Linux pass
    /// the first ones in registers, and who is called looks at its own. They pass whole numbers in the same places
    /// whether a function's arguments vary or not. One shape for all, because each shape costs the JVM classes that it
    /// generates, compiles and keeps.
    private static final FunctionDescriptor SEVEN_LONGS = FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle MMAP = link("mmap");
    private static final MethodHandle MUNMAP = link("munmap");
    private static final MethodHandle MPROTECT = link("mprotect");
    private static final MethodHandle MADVISE = link("madvise");
    private static final MethodHandle MLOCK = link("mlock");
    private static final MethodHandle MUNLOCK = link("munlock");
    private static final MethodHandle MINCORE = link("mincore");
    private static final MethodHandle GETPAGESIZE = link("getpagesize");
    private static final MethodHandle UNAME = link("uname");
    private static final MethodHandle MREMAP = link("mremap");
    private static final MethodHandle SYSCALL = link("syscall");
    private static final MethodHandle PRCTL = link("prctl");

    private static volatile @Nullable MethodHandle linkedCpu;
    private static volatile boolean isCpuLinked;
    private static volatile @Nullable MethodHandle linkedSelf;
    private static volatile boolean isSelfLinked;

    /// Five fields of 65 bytes come in `struct utsname`; the fifth is the machine. A sixth may follow.
    private static final int UTSNAME_MACHINE = 4 * 65;
    private static final int UTSNAME_BYTES = 6 * 65;

    private LinuxCalls() {}

    private static MethodHandle link(String symbol) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(symbol), SEVEN_LONGS, ERRNO);
    }

    static long mmap(long address, long byteSize, int protection, int flags) {
        MemorySegment state = CallState.acquire();
        try {
            long result =
                    (long) MMAP.invokeExact(state, address, byteSize, (long) protection, (long) flags, -1L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : result;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static int munmap(long address, long byteSize) {
        MemorySegment state = CallState.acquire();
        try {
            int result = (int) (long) MUNMAP.invokeExact(state, address, byteSize, 0L, 0L, 0L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static int mprotect(long address, long byteSize, int protection) {
        MemorySegment state = CallState.acquire();
        try {
            int result = (int) (long) MPROTECT.invokeExact(state, address, byteSize, (long) protection, 0L, 0L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static int madvise(long address, long byteSize, int advice) {
        MemorySegment state = CallState.acquire();
        try {
            int result = (int) (long) MADVISE.invokeExact(state, address, byteSize, (long) advice, 0L, 0L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static long mremap(long fromAddress, long byteSize, int flags, long toAddress) {
        MemorySegment state = CallState.acquire();
        try {
            long result =
                    (long) MREMAP.invokeExact(state, fromAddress, byteSize, byteSize, (long) flags, toAddress, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : result;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static int mlock(long address, long byteSize) {
        MemorySegment state = CallState.acquire();
        try {
            int result = (int) (long) MLOCK.invokeExact(state, address, byteSize, 0L, 0L, 0L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static int munlock(long address, long byteSize) {
        MemorySegment state = CallState.acquire();
        try {
            int result = (int) (long) MUNLOCK.invokeExact(state, address, byteSize, 0L, 0L, 0L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    /// Fills `residency` with one byte an OS page, whose lowest bit says whether the page is resident.
    static int mincore(long address, long byteSize, MemorySegment residency) {
        MemorySegment state = CallState.acquire();
        try {
            int result =
                    (int) (long) MINCORE.invokeExact(state, address, byteSize, residency.address(), 0L, 0L, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    /// A call that the C library has no function for, by its number. Arguments that are addresses must stay valid
    /// throughout.
    static long syscall(long callNumber, long first, long second, long third, long fourth, long fifth, long sixth) {
        MemorySegment state = CallState.acquire();
        try {
            long result = (long) SYSCALL.invokeExact(state, callNumber, first, second, third, fourth, fifth, sixth);
            return result == -1 ? -CallState.errno(state) : result;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    /// @param text of ASCII characters
    static int prctl(int option, long argument, long address, long byteSize, String text) {
        MemorySegment state = CallState.acquire();
        try (Arena arena = Arena.ofConfined()) {
            long chars = arena.allocate(text.length() + 1L).address();
            for (int index = 0; index < text.length(); index++) {
                RawMemory.putByte(chars + index, (byte) text.charAt(index));
            }
            int result =
                    (int) (long) PRCTL.invokeExact(state, (long) option, argument, address, byteSize, chars, 0L, 0L);
            return result == -1 ? -CallState.errno(state) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    static int getpagesize() {
        MemorySegment state = CallState.acquire();
        try {
            return (int) (long) GETPAGESIZE.invokeExact(state, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    /// The kernel's name of the machine: `x86_64`, `aarch64` and so on.
    static String machine() {
        MemorySegment state = CallState.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment utsname = arena.allocate(UTSNAME_BYTES);
            int result = (int) (long) UNAME.invokeExact(state, utsname.address(), 0L, 0L, 0L, 0L, 0L, 0L);
            return result == 0 ? ascii(utsname.address() + UTSNAME_MACHINE) : "unknown";
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            CallState.release(state);
        }
    }

    /// What stands at an address, up to the first zero byte. The JDK's own way to read it costs some classes.
    private static String ascii(long address) {
        StringBuilder text = new StringBuilder();
        for (byte character; (character = RawMemory.getByte(address + text.length())) != 0; ) {
            text.append((char) character);
        }
        return text.toString();
    }

    /// {@return the cpu of the calling thread, or -1; 0 while there is no stack or no heap to link the call} Linked on
    /// first use: it has a shape of its own, which processes on one node without virtual threads never need.
    static int schedGetcpu() {
        try {
            if (!isCpuLinked) {
                linkCpu();
            }
            return (int) Cpu.SCHED_GETCPU.invokeExact();
        } catch (StackOverflowError | OutOfMemoryError lack) {
            return 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Critical: the call reads a word that the kernel keeps in the thread's own memory, and neither blocks nor calls
    /// back.
    private static void linkCpu() {
        linkedCpu = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("sched_getcpu"),
                FunctionDescriptor.of(JAVA_INT),
                Linker.Option.critical(false));
        // An initialiser that overflows the stack spoils its class for good. Here there was more than enough of it.
        Objects.requireNonNull(Cpu.SCHED_GETCPU);
        isCpuLinked = true;
    }

    /// A constant, as the compiler wants it.
    private static final class Cpu {
        static final MethodHandle SCHED_GETCPU = Objects.requireNonNull(linkedCpu);
    }

    /// {@return what the C library knows the calling thread by; 0 while there is no stack or no heap to link the call}
    /// Linked on first use, as [#schedGetcpu].
    static long pthreadSelf() {
        try {
            if (!isSelfLinked) {
                linkSelf();
            }
            return (long) Self.PTHREAD_SELF.invokeExact();
        } catch (StackOverflowError | OutOfMemoryError lack) {
            return 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// Critical: the call reads a register.
    private static void linkSelf() {
        linkedSelf = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("pthread_self"),
                FunctionDescriptor.of(JAVA_LONG),
                Linker.Option.critical(false));
        // As in linkCpu.
        Objects.requireNonNull(Self.PTHREAD_SELF);
        isSelfLinked = true;
    }

    /// A constant, as the compiler wants it.
    private static final class Self {
        static final MethodHandle PTHREAD_SELF = Objects.requireNonNull(linkedSelf);
    }

    /// A downcall declares no exception: what comes is an error of the virtual machine, or a mistake in this class.
    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }
}
