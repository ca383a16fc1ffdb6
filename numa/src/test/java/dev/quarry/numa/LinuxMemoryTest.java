// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LinuxMemoryTest extends NativeMemoryContract {
    private static final Pattern MAPPING = Pattern.compile("(?m)^([0-9a-f]+)-([0-9a-f]+) (....) ");

    @Override
    NativeMemory create() {
        NativeMemory system = NativeMemory.system();
        assumeTrue(!system.isPortable(), "this machine has no Linux that is known: " + system.description());
        return system;
    }

    @Test
    void shouldSayThatItIsLinux() {
        assertTrue(memory.description().startsWith("Linux "), memory.description());
        assertFalse(memory.isPortable());
    }

    @Test
    void shouldMapWithoutAccessUntilCommitted() throws IOException {
        assertEquals("---p", protection(page(8)));

        memory.commit(page(8), osPageBytes);

        assertEquals("---p", protection(page(7)));
        assertEquals("rw-p", protection(page(8)));
        assertEquals("---p", protection(page(9)));
    }

    @Test
    void shouldReserveMoreThanThereIsMemory() {
        long huge = memory.reserve(1L << 40, 1L << 30);

        assertEquals(0, huge % (1L << 30));
        memory.commit(huge + (1L << 39), osPageBytes);
        fill(huge + (1L << 39), osPageBytes, 1);
        assertEquals(osPageBytes, memory.residentBytes(huge + (1L << 39) - (1L << 29), 1L << 30));
        memory.release(huge, 1L << 40);
    }

    @Test
    void shouldTakeNoMoreAddressSpaceThanReservedWhenAligning() throws IOException {
        long virtualBytesBefore = virtualBytes();
        long aligned = memory.reserve(byteSize, 1L << 38);
        long takenBytes = virtualBytes() - virtualBytesBefore;
        memory.release(aligned, byteSize);

        assertEquals(0, aligned % (1L << 38));
        assertTrue(takenBytes < 1L << 34, takenBytes + " bytes of address space, of which the JVM may take a few");
    }

    private long virtualBytes() throws IOException {
        String pages = Files.readString(Path.of("/proc/self/statm"));
        return Long.parseLong(pages.substring(0, pages.indexOf(' '))) * osPageBytes;
    }

    @Test
    void shouldCountExactlyWhatIsResident() {
        memory.commit(address, byteSize);
        assertEquals(0, memory.residentBytes(address, byteSize));

        memory.populate(page(3), 5L * osPageBytes);
        assertEquals(5L * osPageBytes, memory.residentBytes(address, byteSize));

        memory.purge(page(3), 2L * osPageBytes);
        assertEquals(3L * osPageBytes, memory.residentBytes(address, byteSize));
    }

    /// What was moved in has a mapping of its own, so the range that is moved next consists of two, then of three.
    @Test
    void shouldMoveContentsWhenRangeConsistsOfSeveralMappings() {
        assumeTrue(memory.canRemap(), "this kernel cannot remap");
        memory.commit(address, byteSize);
        int pages = 1;
        int at = 0;
        fill(page(at), osPageBytes, 1);
        while (at + 3 * pages <= 64) {
            int to = at + pages;
            memory.remap(page(at), page(to), (long) pages * osPageBytes);
            assertFilled(page(to), (long) pages * osPageBytes, 1);
            assertZero(page(at), (long) pages * osPageBytes);
            at = to;
            fill(page(at), 2L * pages * osPageBytes, 1);
            pages *= 2;
        }
        assertEquals(32, pages);
        assertFilled(page(at), (long) pages * osPageBytes, 1);
    }

    @Test
    void shouldSayInvalidWhenPurgingWhatIsLocked() {
        memory.commit(address, byteSize);
        memory.lock(address, osPageBytes);
        fill(address, osPageBytes, 2);

        NativeMemoryException e = assertThrows(NativeMemoryException.class, () -> memory.purge(address, byteSize));

        assertEquals(
                "madvise(MADV_DONTNEED) of " + ByteSizes.describe(byteSize) + " at 0x" + Long.toHexString(address)
                        + " failed: EINVAL (22) Invalid argument",
                e.getMessage());
        assertFilled(address, osPageBytes, 2);
        memory.unlock(address, osPageBytes);
        memory.purge(address, byteSize);
        assertZero(address, osPageBytes);
    }

    @Test
    void shouldSayInvalidWhenPopulatingWhatIsNotCommitted() {
        NativeMemoryException e =
                assertThrows(NativeMemoryException.class, () -> memory.populate(address, osPageBytes));

        assertEquals(OsCall.POPULATE, e.call());
        assertTrue(e.is(Errno.EINVAL), e.getMessage());
    }

    @Test
    void shouldShowHugePageWishToTheKernel() throws IOException {
        assumeTrue(
                Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")), "this kernel has no huge pages");
        memory.commit(address, byteSize);
        memory.hugePages(address, byteSize, true);
        assertTrue(vmFlags().contains(" hg"), "huge pages wanted");

        memory.hugePages(address, byteSize, false);

        assertTrue(vmFlags().contains(" nh"), "no huge pages wanted");
    }

    @Test
    void shouldRunOnACpuOfTheTopology() {
        int cpu = memory.currentCpu();

        assertTrue(Topology.read().nodes().stream().anyMatch(node -> node.cpus().contains(cpu)), "cpu " + cpu);
    }

    /// More threads than there are buffers for `errno`, each with an error of its own.
    @Test
    void shouldReportEachThreadItsOwnErrorWhenManyFailAtOnce() throws Exception {
        memory.commit(address, byteSize);
        memory.lock(address, osPageBytes);
        List<Callable<Errno>> calls = new ArrayList<>();
        for (int index = 0; index < 200; index++) {
            boolean isEven = index % 2 == 0;
            calls.add(() -> isEven ? failPurge() : failReserve());
        }
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Errno>> errors = executor.invokeAll(calls);
            for (int index = 0; index < errors.size(); index++) {
                assertEquals(
                        index % 2 == 0 ? Errno.EINVAL : Errno.ENOMEM,
                        errors.get(index).get());
            }
        } finally {
            memory.unlock(address, osPageBytes);
        }
    }

    private Errno failPurge() {
        return repeat(() -> memory.purge(address, osPageBytes));
    }

    private Errno failReserve() {
        return repeat(() -> memory.reserve(1L << 62, osPageBytes));
    }

    private static Errno repeat(Runnable call) {
        Errno last = Errno.EIO;
        for (int round = 0; round < 50; round++) {
            Errno errno = Errno.of(
                    assertThrows(NativeMemoryException.class, call::run).errno());
            assertTrue(errno != null && (round == 0 || errno == last), "errno " + errno + " after " + last);
            last = errno;
        }
        return last;
    }

    /// Compiled code makes none; how soon it is compiled is the JVM's business, within bounds.
    @Test
    void shouldMakeNoGarbageWhenCommittingAndPurging() {
        memory.commit(address, byteSize);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long garbageBytes = Long.MAX_VALUE;
        for (int batch = 0; batch < 100 && garbageBytes > 0; batch++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < 10_000; round++) {
                commitAndPurge();
            }
            garbageBytes = threads.getCurrentThreadAllocatedBytes() - before;
        }

        assertEquals(0, garbageBytes, "bytes in the last batch");
    }

    private void commitAndPurge() {
        memory.commit(address, osPageBytes);
        memory.purge(address, osPageBytes);
        memory.currentCpu();
    }

    private static String protection(long address) throws IOException {
        Matcher matcher = MAPPING.matcher(Files.readString(Path.of("/proc/self/maps")));
        while (matcher.find()) {
            if (Long.parseUnsignedLong(matcher.group(1), 16) <= address
                    && address < Long.parseUnsignedLong(matcher.group(2), 16)) {
                return matcher.group(3);
            }
        }
        return "none";
    }

    /// What the kernel notes of the mapping that begins where the reservation does.
    private String vmFlags() throws IOException {
        String maps = Files.readString(Path.of("/proc/self/smaps"));
        String flags = "VmFlags:";
        int mapping = maps.indexOf(Long.toHexString(address) + "-");
        int start = maps.indexOf(flags, mapping);
        return maps.substring(start + flags.length(), maps.indexOf('\n', start));
    }

    /// Asked first where it ends: to link the call there is not enough of it there.
    @Test
    void shouldSayTheCpuHoweverLittleStackThereIs() throws Exception {
        Thread deep = new Thread(null, this::askAtEachDepth, "deep", 256 << 10);
        deep.start();
        deep.join();
        int cpu = memory.currentCpu();
        assertTrue(Topology.read().nodes().stream().anyMatch(node -> node.cpus().contains(cpu)), () -> "cpu " + cpu);
    }

    private void askAtEachDepth() {
        try {
            askAtEachDepth();
        } catch (StackOverflowError end) {
            // The deepest ones ask first.
        }
        try {
            memory.currentCpu();
        } catch (StackOverflowError notEvenForTheCall) {
            // Those above have a little more.
        }
    }
}
