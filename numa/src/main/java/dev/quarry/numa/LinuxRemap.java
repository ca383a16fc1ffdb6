// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// Moves OS pages by mremap, and keeps the promises of [NativeMemory#remap] which the system call alone does not:
///
/// - The kernel unmaps the new range before it knows whether it can move the old one. A failure therefore leaves a
///   hole, which is mapped again at once.
/// - One call moves one of the kernel's mappings, and a range may consist of several, as what was moved in has a
///   mapping of its own. Kernels before 6.17 say EFAULT then; the halves are moved one after the other.
/// - Later kernels move one mapping after the other, and when one refuses leave those before it moved. What has arrived
///   is copied back. It can be told from what has not, since the new range is emptied first: it is what is not zero.
///
/// The old range is never without a mapping, whatever happens: a use after free must not end the process.
final class LinuxRemap {
    private static final int MREMAP_MAYMOVE = 1;
    private static final int MREMAP_FIXED = 2;
    private static final int MREMAP_DONTUNMAP = 4;

    private final int osPageBytes;
    private final MoveCall moveCall;

    LinuxRemap(int osPageBytes) {
        this(osPageBytes, new Mremap());
    }

    LinuxRemap(int osPageBytes, MoveCall moveCall) {
        this.osPageBytes = osPageBytes;
        this.moveCall = moveCall;
    }

    /// A class and no lambda, as wherever each process comes by at its start: for a lambda the JVM generates one.
    private static final class Mremap implements MoveCall {
        @Override
        public long move(long from, long to, long byteSize) {
            return LinuxCalls.mremap(from, byteSize, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to);
        }
    }

    /// Moves a range. Gives 0, or the error number; then the old range has its contents.
    int move(long from, long to, long byteSize) {
        int error = -LinuxCalls.madvise(to, byteSize, LinuxMemory.MADV_DONTNEED);
        long movedBytes = 0;
        long pieceBytes = byteSize;
        while (error == 0 && movedBytes < byteSize) {
            int refusal = movePiece(from + movedBytes, to + movedBytes, pieceBytes);
            if (refusal == 0) {
                movedBytes += pieceBytes;
                pieceBytes = byteSize - movedBytes;
            } else if (refusal == Errno.EFAULT.number() && pieceBytes > osPageBytes) {
                pieceBytes = (pieceBytes / 2) & -osPageBytes;
            } else {
                error = refusal;
            }
        }
        if (error != 0) {
            copyBack(from, to, movedBytes);
        }
        return error;
    }

    /// Moves a piece to where all is zero. Gives 0, or the error number; then all is as it was.
    private int movePiece(long from, long to, long byteSize) {
        long result = moveCall.move(from, to, byteSize);
        if (result >= 0) {
            return 0;
        }
        if (LinuxMemory.mapWhereNothingIs(to, byteSize) != to) {
            for (long offset = 0; offset < byteSize; offset += osPageBytes) {
                LinuxMemory.mapWhereNothingIs(to + offset, osPageBytes);
            }
            copyBack(from, to, byteSize);
            LinuxCalls.madvise(to, byteSize, LinuxMemory.MADV_DONTNEED);
        }
        return (int) -result;
    }

    /// Copies those OS pages that have arrived.
    private void copyBack(long from, long to, long byteSize) {
        for (long offset = 0; offset < byteSize; offset += osPageBytes) {
            if (!isZero(to + offset)) {
                RawMemory.copy(to + offset, from + offset, osPageBytes);
            }
        }
    }

    private boolean isZero(long osPageAddress) {
        long bits = 0;
        for (int offset = 0; offset < osPageBytes; offset += Long.BYTES) {
            bits |= RawMemory.getLong(osPageAddress + offset);
        }
        return bits == 0;
    }

    /// Whether this kernel can: tried on two OS pages. A system that refuses even those refuses remapping too.
    boolean probe() {
        long probe = LinuxCalls.mmap(0, 2L * osPageBytes, LinuxMemory.PROT_READ_WRITE, LinuxMemory.MAP_RESERVE);
        if (probe < 0) {
            return false;
        }
        RawMemory.putLong(probe, probe);
        boolean works = move(probe, probe + osPageBytes, osPageBytes) == 0
                && RawMemory.getLong(probe) == 0
                && RawMemory.getLong(probe + osPageBytes) == probe;
        LinuxCalls.munmap(probe, 2L * osPageBytes);
        return works;
    }

    /// The system call: a result, or the negated error number.
    interface MoveCall {
        long move(long from, long to, long byteSize);
    }
}
