// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.quarry.numa.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// What these tests ask of the kernel and the allocator never does: to keep a thread on some cpus, and to refuse system
/// calls as a container does. Both hold for the calling thread alone. For x86-64, as the guest is.
@SuppressWarnings("restricted")
final class Kernel {
    static final int MBIND = 237;
    static final int MOVE_PAGES = 279;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SCHED_SETAFFINITY =
            link("sched_setaffinity", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    private static final MethodHandle PRCTL = link(
            "prctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), Linker.Option.firstVariadicArg(1));

    private static final int CALLING_THREAD = 0;
    private static final int CPU_MASK_BYTES = 128;

    private static final int PR_SET_SECCOMP = 22;
    private static final long SECCOMP_MODE_FILTER = 2;
    private static final int SECCOMP_RET_ERRNO = 0x0005_0000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff_0000;

    /// Instructions of the kernel's packet filter, of eight bytes: two of code, one for each way of a jump, an operand
    /// of four.
    private static final int INSTRUCTION_BYTES = 8;

    private static final short LOAD_WORD = 0x20;
    private static final short JUMP_IF_EQUAL = 0x15;
    private static final short RETURN = 0x06;

    private Kernel() {}

    private static MethodHandle link(String symbol, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(symbol), descriptor, options);
    }

    /// Lets the calling thread run on these cpus only. It runs on one of them when this returns.
    static void pinThisThread(int... cpus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(CPU_MASK_BYTES);
            for (int cpu : cpus) {
                long index = cpu / Byte.SIZE;
                mask.set(JAVA_BYTE, index, (byte) (mask.get(JAVA_BYTE, index) | 1 << cpu % Byte.SIZE));
            }
            check("sched_setaffinity", (int) SCHED_SETAFFINITY.invokeExact(CALLING_THREAD, mask.byteSize(), mask));
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /// Lets these system calls fail in the calling thread and those that it starts. There is no way back.
    static void refuseInThisThread(Errno errno, int... systemCalls) {
        try (Arena arena = Arena.ofConfined()) {
            int length = systemCalls.length + 3;
            MemorySegment filter = arena.allocate((long) length * INSTRUCTION_BYTES, INSTRUCTION_BYTES);
            // The first word of what the filter sees is the number of the call.
            setInstruction(filter, 0, LOAD_WORD, 0, 0);
            for (int index = 0; index < systemCalls.length; index++) {
                int overTheRest = systemCalls.length - index;
                setInstruction(filter, index + 1, JUMP_IF_EQUAL, overTheRest, systemCalls[index]);
            }
            setInstruction(filter, length - 2, RETURN, 0, SECCOMP_RET_ALLOW);
            setInstruction(filter, length - 1, RETURN, 0, SECCOMP_RET_ERRNO | errno.number());
            MemorySegment program = arena.allocate(2 * ADDRESS.byteSize(), ADDRESS.byteAlignment());
            program.set(JAVA_SHORT, 0, (short) length);
            program.set(ADDRESS, ADDRESS.byteSize(), filter);
            check("prctl(PR_SET_SECCOMP)", (int) PRCTL.invokeExact(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program));
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static void setInstruction(MemorySegment filter, int index, short code, int skippedIfTrue, int operand) {
        long offset = (long) index * INSTRUCTION_BYTES;
        filter.set(JAVA_SHORT, offset, code);
        filter.set(JAVA_BYTE, offset + 2, (byte) skippedIfTrue);
        filter.set(JAVA_INT, offset + 4, operand);
    }

    private static void check(String call, int result) {
        if (result != 0) {
            throw new IllegalStateException(call + " failed");
        }
    }

    private static RuntimeException failure(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }
}
