// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Whether there are huge OS pages is the machine's affair: contents stay in any case, and what succeeds shows.
class LinuxCollapseTest {
    private static final long HUGE = 2 << 20;
    private static final long BYTES = 2 * HUGE;
    private static final Pattern HUGE_KIB = Pattern.compile("AnonHugePages: +(\\d+) kB");

    private final NativeMemory memory = NativeMemory.system();

    @Test
    void shouldKeepContentsAndShowWhatItMade() throws IOException {
        assumeTrue(!memory.isPortable(), "this machine has no Linux that is known: " + memory.description());
        assumeTrue(memory.osPageBytes() == 4096, "huge OS pages have another size here");
        long address = memory.reserve(BYTES, HUGE);
        try {
            memory.commit(address, BYTES);
            for (long at = address; at < address + BYTES; at += Long.BYTES) {
                RawMemory.putLong(at, at);
            }
            boolean done = collapse(address);
            for (long at = address; at < address + BYTES; at += Long.BYTES) {
                assertEquals(at, RawMemory.getLong(at));
            }
            if (done) {
                assertEquals(BYTES, hugeBytes(address));
            }
        } finally {
            memory.release(address, BYTES);
        }
    }

    private boolean collapse(long address) {
        try {
            memory.collapse(address, BYTES);
            return true;
        } catch (NativeMemoryException refused) {
            assertEquals(OsCall.COLLAPSE, refused.call());
            assertTrue(
                    refused.is(Errno.ENOMEM)
                            || refused.is(Errno.EBUSY)
                            || refused.is(Errno.EAGAIN)
                            || refused.is(Errno.EINVAL)
                            || refused.is(Errno.ENOSYS)
                            || refused.is(Errno.EPERM),
                    refused.getMessage());
            return false;
        }
    }

    /// Of the mapping that the range begins: its reservation has no neighbour that is alike, or is a part of it.
    private static long hugeBytes(long address) throws IOException {
        String maps = Files.readString(Path.of("/proc/self/smaps"));
        int mapping = maps.indexOf(Long.toHexString(address) + "-");
        Matcher matcher = HUGE_KIB.matcher(maps);
        assertTrue(mapping >= 0 && matcher.find(mapping), "no mapping starts at the reservation");
        return Math.min(Long.parseLong(matcher.group(1)) << 10, BYTES);
    }
}
