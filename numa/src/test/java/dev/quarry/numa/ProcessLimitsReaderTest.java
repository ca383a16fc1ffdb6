// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessLimitsReaderTest {
    private static final String UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    private static final String OLD_MEMORY = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
    private static final String OLD_CPUSET = "34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup none rw,cpuset,clone";

    @TempDir
    Path root;

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    private ProcessLimits read() {
        return new ProcessLimitsReader(root).read();
    }

    @Test
    void shouldLimitNothingWhenNothingTells() {
        assertEquals(ProcessLimits.NONE, read());
    }

    @Test
    void shouldTakeAffinityAndMemoryNodesOfTheProcess() throws IOException {
        write("proc/self/status", "Name:\tjava\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\nMems_allowed_list:\t0,2");

        assertEquals(new ProcessLimits(NodeSet.of(0, 2), CpuSet.parse("0-1"), ProcessLimits.UNLIMITED), read());
    }

    @Test
    void shouldAllowOnlyWhatProcessAndCgroupAllow() throws IOException {
        write("proc/self/status", "Cpus_allowed_list:\t0-5\nMems_allowed_list:\t0-2");
        write("proc/self/mountinfo", UNIFIED);
        write("sys/fs/cgroup/cpuset.cpus.effective", "4-7");
        write("sys/fs/cgroup/cpuset.mems.effective", "2-3");

        assertEquals(new ProcessLimits(NodeSet.of(2), CpuSet.parse("4-5"), ProcessLimits.UNLIMITED), read());
    }

    @Test
    void shouldReadCgroupsOfVersionTwoOutwardsFromTheOwn() throws IOException {
        write("proc/self/mountinfo", "23 1 0:20 / / rw - ext4 /dev/root rw\n" + UNIFIED);
        write("proc/self/cgroup", "0::/outer/inner");
        write("sys/fs/cgroup/outer/memory.max", "1073741824");
        write("sys/fs/cgroup/outer/inner/memory.max", "max");
        write("sys/fs/cgroup/outer/cpuset.cpus.effective", "0-3");
        write("sys/fs/cgroup/outer/cpuset.mems.effective", "0-1");
        write("sys/fs/cgroup/outer/inner/cpuset.mems.effective", "1");

        assertEquals(new ProcessLimits(NodeSet.of(1), CpuSet.parse("0-3"), 1 << 30), read());

        write("sys/fs/cgroup/outer/inner/memory.max", "4096");
        assertEquals(4096, read().memoryBytes());
        write("sys/fs/cgroup/memory.max", "1024");
        assertEquals(1024, read().memoryBytes());
    }

    @Test
    void shouldReadCgroupsOfVersionOneEachControllerInItsPlace() throws IOException {
        write("proc/self/mountinfo", OLD_CPUSET + "\n" + OLD_MEMORY);
        write("proc/self/cgroup", "4:cpu,memory:/a\n3:cpuset:/b\n0::/c");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        assertEquals(ProcessLimits.UNLIMITED, read().memoryBytes());
        write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "65536");
        write("sys/fs/cgroup/memory/c/memory.limit_in_bytes", "1");
        write("sys/fs/cgroup/cpuset/b/cpuset.effective_cpus", "2");
        write("sys/fs/cgroup/cpuset/b/cpuset.effective_mems", "3");

        assertEquals(new ProcessLimits(NodeSet.of(3), CpuSet.parse("2"), 65_536), read());
    }

    @Test
    void shouldPreferTheOldPlaceWhenAControllerIsMountedThere() throws IOException {
        write("proc/self/mountinfo", UNIFIED.replace("cgroup rw", "cgroup/unified rw") + "\n" + OLD_MEMORY);
        write("proc/self/cgroup", "4:memory:/a\n0::/c");
        write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "65536");
        write("sys/fs/cgroup/unified/c/memory.max", "4096");
        write("sys/fs/cgroup/unified/c/cpuset.cpus.effective", "7");

        assertEquals(65_536, read().memoryBytes());
        assertEquals(CpuSet.parse("7"), read().cpus());
    }

    /// A container sees its own part of the hierarchy at the mount point, and may be told its path from the outside:
    /// the files beside that part are another's.
    @ParameterizedTest
    @CsvSource({
        "/docker/id, /docker/id",
        "/docker/id, /../elsewhere",
        "/docker/id, /elsewhere",
        "/docker/id, /docker/identity",
        "/docker/id, /docker/id/gone",
        "/docker/id, /",
        "/, /../elsewhere",
        "/, /"
    })
    void shouldFindTheOwnDirectoryInsideAContainer(String mounted, String membership) throws IOException {
        write("proc/self/mountinfo", OLD_MEMORY.replace(" / ", " " + mounted + " "));
        write("proc/self/cgroup", "4:memory:" + membership);
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "8192");
        for (String other : new String[] {
            "cgroup/memory/entity", "cgroup/memory/elsewhere", "cgroup/elsewhere", "elsewhere", "cgroup/identity"
        }) {
            write("sys/fs/" + other + "/memory.limit_in_bytes", "1");
        }

        assertEquals(8192, read().memoryBytes());
    }

    @Test
    void shouldLimitNothingWhenTheTextsMakeNoSense() throws IOException {
        write("proc/self/mountinfo", "no mount\n - cgroup\n1 - cgroup cgroup rw,cpuset\n" + UNIFIED);
        write("proc/self/cgroup", "what\n0::/a");
        write("proc/self/status", "Cpus_allowed_list: x\nMems_allowed_list:\t5-1\nMems_allowed_list:");
        write("sys/fs/cgroup/a/memory.max", "-5");
        write("sys/fs/cgroup/a/cpuset.cpus.effective", "all");

        assertEquals(ProcessLimits.NONE, read());
    }

    @Test
    void shouldReadThisMachine() {
        ProcessLimits limits = new ProcessLimitsReader(Path.of("/")).read();

        assertTrue(limits.memoryBytes() > 0);
        assertTrue(limits.cpus().size() >= 1);
    }
}
