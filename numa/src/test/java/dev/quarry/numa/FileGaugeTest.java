// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileGaugeTest {
    private static final String UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    private static final String HYBRID = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";
    private static final String OLD_MEMORY = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }

    private MemoryReading read() {
        return MemoryGauge.of(root).read();
    }

    private void writeUnified(String directory, String max, String high, long currentMib, long inactiveMib)
            throws IOException {
        write(directory + "/memory.max", max);
        write(directory + "/memory.high", high);
        write(directory + "/memory.current", Long.toString(currentMib * MIB));
        write(
                directory + "/memory.stat",
                "anon 4096\nfile 8192\ninactive_file " + inactiveMib * MIB + "\nactive_file 1");
        write(directory + "/memory.events", "low 9\nhigh 1\nmax 2\noom 8\noom_kill 3\noom_group_kill 7");
    }

    private static String stalls(String some, String full) {
        return "some avg10=" + some + " avg60=9.00 avg300=9.00 total=9\nfull avg10=" + full
                + " avg60=9.00 avg300=9.00 total=9";
    }

    @Test
    void shouldShowNothingWhereNothingTells() {
        assertEquals(MemoryReading.NOTHING, read());
        assertFalse(read().isTold());
        assertEquals(MemoryReading.UNKNOWN, read().usedPermille());
        assertEquals(MemoryReading.NOTHING, MemoryGauge.NONE.read());
    }

    @Test
    void shouldReadACgroupOfVersionTwo() throws IOException {
        write("proc/self/mountinfo", UNIFIED);
        write("proc/self/cgroup", "0::/app");
        writeUnified("sys/fs/cgroup/app", Long.toString(512 * MIB), "max", 400, 144);
        write("sys/fs/cgroup/app/memory.pressure", stalls("12.34", "0.05"));
        write("proc/pressure/memory", stalls("99.00", "99.00"));

        assertEquals(new MemoryReading(256 * MIB, 512 * MIB, 1, 2, 3, 1234, 5), read());
        assertEquals(500, read().usedPermille());
        assertTrue(read().isTold());
    }

    @Test
    void shouldTakeTheLowerOfBothLimits() throws IOException {
        write("proc/self/mountinfo", UNIFIED);
        write("proc/self/cgroup", "0::/app");
        writeUnified("sys/fs/cgroup/app", Long.toString(512 * MIB), Long.toString(100 * MIB), 80, 0);

        assertEquals(100 * MIB, read().limitBytes());
        assertEquals(800, read().usedPermille());
    }

    /// Who kills is the one that is full first, and that may be the parent, through what its other children use.
    @Test
    void shouldShowTheOneThatHasTheLeastPartLeft() throws IOException {
        write("proc/self/mountinfo", UNIFIED);
        write("proc/self/cgroup", "0::/pod/app");
        writeUnified("sys/fs/cgroup/pod/app", Long.toString(100 * MIB), "max", 50, 0);
        writeUnified("sys/fs/cgroup/pod", Long.toString(1000 * MIB), "max", 900, 0);

        MemoryReading reading = read();
        assertEquals(900, reading.usedPermille());
        assertEquals(1000 * MIB, reading.limitBytes());
        assertEquals(4, reading.maxEvents(), "of both");

        writeUnified("sys/fs/cgroup/pod/app", Long.toString(100 * MIB), "max", 95, 0);
        assertEquals(100 * MIB, read().limitBytes());
    }

    @Test
    void shouldReadACgroupOfVersionOne() throws IOException {
        write("proc/self/mountinfo", OLD_MEMORY);
        write("proc/self/cgroup", "4:memory:/app");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "1");
        write("sys/fs/cgroup/memory/app/memory.limit_in_bytes", Long.toString(200 * MIB));
        write("sys/fs/cgroup/memory/app/memory.usage_in_bytes", Long.toString(150 * MIB));
        write("sys/fs/cgroup/memory/app/memory.stat", "inactive_file 1\ntotal_inactive_file " + 50 * MIB);
        write("sys/fs/cgroup/memory/app/memory.failcnt", "77");
        write("sys/fs/cgroup/memory/app/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2");
        write("proc/pressure/memory", stalls("1.00", "0.50"));

        assertEquals(new MemoryReading(100 * MIB, 200 * MIB, MemoryReading.UNKNOWN, 77, 2, 100, 50), read());
    }

    /// Memory on the old hierarchy, the stall information on the new one.
    @Test
    void shouldReadEachPartInItsOwnHierarchy() throws IOException {
        write("proc/self/mountinfo", HYBRID + "\n" + OLD_MEMORY);
        write("proc/self/cgroup", "4:memory:/app\n0::/service");
        write("sys/fs/cgroup/memory/app/memory.limit_in_bytes", Long.toString(200 * MIB));
        write("sys/fs/cgroup/memory/app/memory.usage_in_bytes", Long.toString(150 * MIB));
        write("sys/fs/cgroup/unified/service/memory.pressure", stalls("3.00", "2.00"));
        write("proc/pressure/memory", stalls("1.00", "0.50"));

        MemoryReading reading = read();
        assertEquals(750, reading.usedPermille());
        assertEquals(300, reading.someAvg10Centi());
        assertEquals(200, reading.fullAvg10Centi());
    }

    @Test
    void shouldShowStallsOfTheSystemWhereThereIsNoCgroup() throws IOException {
        write("proc/pressure/memory", stalls("1.00", "0.50"));

        MemoryReading reading = read();
        assertEquals(100, reading.someAvg10Centi());
        assertEquals(50, reading.fullAvg10Centi());
        assertTrue(reading.isTold());
        assertEquals(MemoryReading.UNKNOWN, reading.usedPermille());
    }

    @ParameterizedTest
    @CsvSource({"''", "some", "some avg10=", "some avg10=x", "some avg10=1", "some avg10=1.2", "some avg10=1.234"})
    void shouldNotBelieveStallsThatMakeNoSense(String text) throws IOException {
        write("proc/pressure/memory", text);

        assertEquals(MemoryReading.NOTHING, read());
    }

    @Test
    void shouldGoOnWhenFilesGoAway() throws IOException {
        write("proc/self/mountinfo", UNIFIED);
        write("proc/self/cgroup", "0::/app");
        writeUnified("sys/fs/cgroup/app", Long.toString(512 * MIB), "max", 400, 0);
        write("proc/pressure/memory", stalls("1.00", "0.50"));
        MemoryGauge gauge = MemoryGauge.of(root);
        assertTrue(gauge.read().isTold());

        for (String file : new String[] {"sys/fs/cgroup/app/memory.current", "proc/pressure/memory"}) {
            Files.delete(root.resolve(file));
        }
        assertEquals(MemoryReading.NOTHING, gauge.read());
    }

    @Test
    void shouldReadThisMachine() {
        MemoryReading reading = MemoryGauge.system().read();

        assertTrue(reading.usedPermille() == MemoryReading.UNKNOWN || reading.usedBytes() > 0, reading::toString);
        assertTrue(reading.someAvg10Centi() >= MemoryReading.UNKNOWN, reading::toString);
        assertTrue(reading.someAvg10Centi() <= 10_000, reading::toString);
    }
}
