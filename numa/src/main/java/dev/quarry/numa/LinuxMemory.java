// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// Memory by Linux's own system calls. Holds no state but what it found out at start.
final class LinuxMemory implements NativeMemory {
    private static final int PROT_NONE = 0;
    static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE = 0x02;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MAP_FIXED_NOREPLACE = 0x100000;
    static final int MAP_RESERVE = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_NOHUGEPAGE = 15;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final int MADV_COLLAPSE = 25;
    private static final int PR_SET_VMA = 0x53564d41;
    private static final int PR_SET_VMA_ANON_NAME = 0;

    /// The longest name that the kernel keeps, without the final zero byte.
    private static final int MAX_NAME_CHARS = 79;

    /// What the kernel does not take of the printable characters.
    private static final String REFUSED_IN_NAMES = "[]\\$`";

    /// One mincore call looks at no more OS pages than this, one byte each.
    private static final int RESIDENCY_BATCH_PAGES = 1 << 16;

    private final String machine = LinuxCalls.machine();
    private final int osPageBytes = LinuxCalls.getpagesize();
    private final LinuxRemap remap = new LinuxRemap(osPageBytes);
    private final boolean canRemap = remap.probe();
    private final LinuxPlacement placement = new LinuxPlacement(machine, osPageBytes);

    /// Whether the constants of this class hold on this machine: other architectures number some of them differently.
    static boolean isKnownMachine() {
        return LinuxPlacement.isKnownMachine(LinuxCalls.machine());
    }

    @Override
    public String description() {
        return "Linux " + machine + " (OS page " + ByteSizes.describe(osPageBytes) + ", "
                + (canRemap ? "remaps" : "cannot remap") + ")";
    }

    @Override
    public boolean isPortable() {
        return false;
    }

    @Override
    public int osPageBytes() {
        return osPageBytes;
    }

    @Override
    public long reserve(long byteSize, long byteAlignment) {
        Ranges.checkReserve(byteSize, byteAlignment, osPageBytes);
        long surplusBytes = Math.max(byteAlignment, osPageBytes) - osPageBytes;
        long mappedBytes = byteSize + surplusBytes;
        long mapped =
                mappedBytes < 0 ? -Errno.ENOMEM.number() : LinuxCalls.mmap(0, mappedBytes, PROT_NONE, MAP_RESERVE);
        if (mapped < 0) {
            throw new NativeMemoryException(OsCall.RESERVE, (int) -mapped, 0, byteSize);
        }
        long address = (mapped + surplusBytes) & -Math.max(byteAlignment, osPageBytes);
        int trimmed = trim(mapped, address);
        if (trimmed == 0) {
            trimmed = trim(address + byteSize, mapped + mappedBytes);
        }
        if (trimmed != 0) {
            LinuxCalls.munmap(mapped, mappedBytes);
            throw new NativeMemoryException(OsCall.RESERVE, -trimmed, 0, byteSize);
        }
        return address;
    }

    private static int trim(long address, long endAddress) {
        return address == endAddress ? 0 : LinuxCalls.munmap(address, endAddress - address);
    }

    @Override
    public void commit(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        check(LinuxCalls.mprotect(address, byteSize, PROT_READ_WRITE), OsCall.COMMIT, address, byteSize);
    }

    @Override
    public void purge(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        check(LinuxCalls.madvise(address, byteSize, MADV_DONTNEED), OsCall.PURGE, address, byteSize);
    }

    @Override
    public void release(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        check(LinuxCalls.munmap(address, byteSize), OsCall.RELEASE, address, byteSize);
    }

    @Override
    public boolean canRemap() {
        return canRemap;
    }

    @Override
    public void remap(long fromAddress, long toAddress, long byteSize) {
        if (!canRemap) {
            throw new UnsupportedOperationException("this kernel cannot remap: MREMAP_DONTUNMAP came with Linux 5.7");
        }
        Ranges.checkRemap(fromAddress, toAddress, byteSize, osPageBytes);
        check(-remap.move(fromAddress, toAddress, byteSize), OsCall.REMAP, fromAddress, byteSize);
    }

    /// Maps a committed range at a fixed place unless a part of it is mapped. Gives the address, or a negated error
    /// number.
    static long mapWhereNothingIs(long address, long byteSize) {
        return LinuxCalls.mmap(address, byteSize, PROT_READ_WRITE, MAP_RESERVE | MAP_FIXED_NOREPLACE);
    }

    @Override
    public void lock(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        check(LinuxCalls.mlock(address, byteSize), OsCall.LOCK, address, byteSize);
    }

    @Override
    public void unlock(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        check(LinuxCalls.munlock(address, byteSize), OsCall.UNLOCK, address, byteSize);
    }

    @Override
    public void populate(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        int error;
        do {
            error = LinuxCalls.madvise(address, byteSize, MADV_POPULATE_WRITE);
        } while (error == -Errno.EINTR.number());
        check(error, OsCall.POPULATE, address, byteSize);
    }

    @Override
    public void bind(long address, long byteSize, Placement placement, NodeSet nodes) {
        Ranges.check(address, byteSize, osPageBytes);
        Ranges.checkPlacement(placement, nodes);
        check(this.placement.bind(address, byteSize, placement, nodes), OsCall.BIND, address, byteSize);
    }

    @Override
    public void nodesOf(long address, int osPageCount, int[] nodes) {
        Ranges.checkNodesOf(address, osPageCount, nodes, osPageBytes);
        int error = placement.nodesOf(address, osPageCount, nodes);
        check(error, OsCall.NODES_OF, address, (long) osPageCount * osPageBytes);
    }

    @Override
    public long move(long address, long byteSize, int node) {
        Ranges.checkMove(address, byteSize, node, osPageBytes);
        long there = placement.move(address, byteSize, node);
        check((int) Math.min(0, there), OsCall.MOVE, address, byteSize);
        return there;
    }

    @Override
    public long freeBytes(int node) {
        return LinuxPlacement.freeBytes(node);
    }

    @Override
    public long keptFreeBytes(int node) {
        return Watermarks.OF_THIS_MACHINE.keptFreeBytes(node);
    }

    /// Read when they are first asked for: a machine with one node never asks.
    private static final class Watermarks {
        static final ZoneWatermarks OF_THIS_MACHINE =
                ZoneWatermarks.read(Path.of("/proc/zoneinfo"), LinuxCalls.getpagesize());
    }

    @Override
    public boolean name(long address, long byteSize, String name) {
        Ranges.check(address, byteSize, osPageBytes);
        String kept = name.length() <= MAX_NAME_CHARS ? name : name.substring(0, MAX_NAME_CHARS);
        StringBuilder accepted = new StringBuilder(kept);
        for (int index = 0; index < accepted.length(); index++) {
            char character = accepted.charAt(index);
            if (character < ' ' || character > '~' || REFUSED_IN_NAMES.indexOf(character) >= 0) {
                accepted.setCharAt(index, '_');
            }
        }
        return LinuxCalls.prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, byteSize, accepted.toString()) == 0;
    }

    @Override
    public void hugePages(long address, long byteSize, boolean wanted) {
        Ranges.check(address, byteSize, osPageBytes);
        int advice = wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
        check(LinuxCalls.madvise(address, byteSize, advice), OsCall.HUGE_PAGES, address, byteSize);
    }

    @Override
    public void collapse(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        check(LinuxCalls.madvise(address, byteSize, MADV_COLLAPSE), OsCall.COLLAPSE, address, byteSize);
    }

    @Override
    public int currentCpu() {
        return Math.max(0, LinuxCalls.schedGetcpu());
    }

    @Override
    public long residentBytes(long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        long batchBytes = Math.min(byteSize, (long) RESIDENCY_BATCH_PAGES * osPageBytes);
        long residentPages = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment residency = arena.allocate(batchBytes / osPageBytes);
            for (long offset = 0; offset < byteSize; offset += batchBytes) {
                long bytes = Math.min(batchBytes, byteSize - offset);
                check(LinuxCalls.mincore(address + offset, bytes, residency), OsCall.RESIDENT, address, byteSize);
                residentPages += countResident(residency, bytes / osPageBytes);
            }
        }
        return residentPages * osPageBytes;
    }

    private static long countResident(MemorySegment residency, long pages) {
        long resident = 0;
        for (long page = 0; page < pages; page++) {
            resident += residency.get(ValueLayout.JAVA_BYTE, page) & 1;
        }
        return resident;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public OsThreads threads() {
        return Threads.OF_THIS_PROCESS;
    }

    /// Registered when they are first asked for: a process without virtual threads never asks.
    private static final class Threads {
        static final OsThreads OF_THIS_PROCESS = new LinuxThreads(LinuxCalls.machine());
    }

    @Override
    public MemoryGauge memoryGauge() {
        return MemoryGauge.system();
    }

    /// Kept small so that the calls above are inlined; the exception is made elsewhere.
    private static void check(int result, OsCall call, long address, long byteSize) {
        if (result != 0) {
            throw new NativeMemoryException(call, -result, address, byteSize);
        }
    }
}
