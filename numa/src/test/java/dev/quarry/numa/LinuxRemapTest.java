// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What happens when the kernel refuses to move a part. Kernels that cannot be had here are played by a function.
class LinuxRemapTest {
    private static final int PAGES = 16;
    private static final long MSEAL_CALL_NUMBER = 462;

    private NativeMemory memory;
    private int osPageBytes;
    private long from;
    private long to;

    @BeforeEach
    void map() {
        memory = NativeMemory.system();
        assumeTrue(memory.canRemap(), "this machine cannot remap: " + memory.description());
        osPageBytes = memory.osPageBytes();
        // Never given back: a test may seal a part of it, and a sealed mapping stays for the life of the process.
        from = memory.reserve(2L * PAGES * osPageBytes, osPageBytes);
        to = from + (long) PAGES * osPageBytes;
        memory.commit(from, 2L * PAGES * osPageBytes);
        for (int page = 0; page < PAGES; page++) {
            RawMemory.putLong(address(from, page), page + 1);
            RawMemory.putLong(address(to, page), -1);
        }
    }

    private long address(long start, int page) {
        return start + (long) page * osPageBytes;
    }

    private void assertUnmovedAndUsable() {
        for (int page = 0; page < PAGES; page++) {
            assertEquals(page + 1, RawMemory.getLong(address(from, page)), "old page " + page);
            RawMemory.putLong(address(to, page), page);
            assertEquals(page, RawMemory.getLong(address(to, page)), "new page " + page);
        }
    }

    private void assertMoved() {
        for (int page = 0; page < PAGES; page++) {
            assertEquals(page + 1, RawMemory.getLong(address(to, page)), "new page " + page);
            assertEquals(0, RawMemory.getLong(address(from, page)), "old page " + page);
        }
    }

    /// A kernel before 6.17, whose mappings have so many OS pages each: unmaps the new range, then finds that it
    /// cannot.
    private LinuxRemap.MoveCall oldKernel(int mappingPages, List<Long> movedBytes) {
        long mappingBytes = (long) mappingPages * osPageBytes;
        return (start, target, byteSize) -> {
            boolean isOneMapping = (start - from) / mappingBytes == (start + byteSize - 1 - from) / mappingBytes;
            if (!isOneMapping) {
                LinuxCalls.munmap(target, byteSize);
                return -Errno.EFAULT.number();
            }
            movedBytes.add(byteSize);
            return moveByCopy(start, target, byteSize);
        };
    }

    private static long moveByCopy(long start, long target, long byteSize) {
        RawMemory.copy(start, target, byteSize);
        LinuxCalls.madvise(start, byteSize, LinuxMemory.MADV_DONTNEED);
        return target;
    }

    @Test
    void shouldMoveAllAtOnceWhenRangeIsOneMapping() {
        List<Long> movedBytes = new ArrayList<>();

        assertEquals(
                0,
                new LinuxRemap(osPageBytes, oldKernel(PAGES, movedBytes)).move(from, to, (long) PAGES * osPageBytes));

        assertMoved();
        assertEquals(List.of((long) PAGES * osPageBytes), movedBytes);
    }

    @Test
    void shouldMovePieceByPieceWhenKernelMovesOneMappingOnly() {
        for (int mappingPages = 1; mappingPages <= 5; mappingPages++) {
            map();
            List<Long> movedBytes = new ArrayList<>();

            int error = new LinuxRemap(osPageBytes, oldKernel(mappingPages, movedBytes))
                    .move(from, to, (long) PAGES * osPageBytes);

            assertEquals(0, error);
            assertMoved();
            assertNotEquals(1, movedBytes.size());
        }
    }

    @Test
    void shouldLeaveOldRangeAsItWasWhenAnyPieceIsRefused() {
        for (int failing = 0; failing < PAGES / 2; failing++) {
            map();
            List<Long> movedBytes = new ArrayList<>();
            LinuxRemap.MoveCall kernel = oldKernel(2, movedBytes);
            int lastMove = failing;
            LinuxRemap remap = new LinuxRemap(osPageBytes, (start, target, byteSize) -> {
                if (movedBytes.size() == lastMove) {
                    LinuxCalls.munmap(target, byteSize);
                    return -Errno.ENOMEM.number();
                }
                return kernel.move(start, target, byteSize);
            });

            int error = remap.move(from, to, (long) PAGES * osPageBytes);

            assertEquals(Errno.ENOMEM.number(), error);
            assertUnmovedAndUsable();
        }
    }

    @Test
    void shouldCopyBackWhenKernelGivesUpHalfWay() {
        long halfBytes = (long) PAGES / 2 * osPageBytes;
        LinuxRemap remap = new LinuxRemap(osPageBytes, (start, target, byteSize) -> {
            moveByCopy(start, target, halfBytes);
            LinuxCalls.munmap(target + halfBytes, osPageBytes);
            return -Errno.EPERM.number();
        });

        assertEquals(Errno.EPERM.number(), remap.move(from, to, (long) PAGES * osPageBytes));

        assertUnmovedAndUsable();
    }

    /// The real kernel, with a mapping in the middle that it will not move.
    @Test
    void shouldLeaveOldRangeAsItWasWhenTheKernelRefusesAPart() throws Throwable {
        assumeTrue(seal(address(from, 6), osPageBytes) == 0, "this kernel cannot seal mappings");

        int error = new LinuxRemap(osPageBytes).move(from, to, (long) PAGES * osPageBytes);

        assertEquals(Errno.EPERM.number(), error);
        assertUnmovedAndUsable();
    }

    @SuppressWarnings("restricted")
    private static long seal(long address, long byteSize) throws Throwable {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor descriptor = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG);
        return (long) linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("syscall"), descriptor, Linker.Option.firstVariadicArg(1))
                .invokeExact(MSEAL_CALL_NUMBER, address, byteSize, 0L);
    }
}
