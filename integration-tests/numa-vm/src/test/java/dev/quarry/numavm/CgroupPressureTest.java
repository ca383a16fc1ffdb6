// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.NumaPolicy;
import dev.quarry.OffHeapAllocator;
import dev.quarry.Pressure;
import dev.quarry.numa.RawMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A real cgroup of 512 MiB, 90 % of which come to be used by another process, while an allocator in it keeps free
/// memory that it would only give back after minutes.
@InGuest
class CgroupPressureTest {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path CGROUP = CGROUPS.resolve("short-of-memory");
    private static final Path FILL = Path.of("/tmp/fill");
    private static final long MEBIBYTE = 1 << 20;
    private static final long LIMIT_BYTES = 512 * MEBIBYTE;
    private static final int KILLED = 128 + 9;

    @BeforeAll
    static void makeCgroup() throws IOException {
        Files.writeString(CGROUPS.resolve("cgroup.subtree_control"), "+memory");
        Files.createDirectory(CGROUP);
        Files.writeString(CGROUP.resolve("memory.max"), Long.toString(LIMIT_BYTES));
    }

    @AfterAll
    static void removeCgroup() throws IOException {
        Files.delete(CGROUP);
    }

    @AfterEach
    void empty() throws IOException {
        try (Stream<Path> files = Files.list(FILL)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(FILL);
    }

    private static Children.Ended run(boolean isWatching) {
        List<String> enterCgroup =
                List.of("/bin/sh", "-c", "echo $$ >" + CGROUP.resolve("cgroup.procs") + " && exec \"$@\"", "sh");
        return Children.run(enterCgroup, Child.class, Boolean.toString(isWatching));
    }

    @Test
    void shouldShrinkBeforeTheKernelKillsAndLoseNothing() {
        Children.Ended ended = run(true);

        assertEquals(0, ended.exitCode(), ended::output);
        assertTrue(ended.output().endsWith("survived at SEVERE\n"), ended::output);
    }

    /// The test above finds what it is there for.
    @Test
    void shouldBeKilledWhereNobodyWatches() {
        Children.Ended ended = run(false);

        assertEquals(KILLED, ended.exitCode(), ended::output);
        assertTrue(ended.output().endsWith("filling\n"), ended::output);
    }

    /// Keeps much free memory while the cgroup is filled up, then grows as far as there is room. The process that the
    /// kernel would end first.
    static final class Child {
        private static final int SPAN_BYTES = 64 << 10;
        private static final int SLOT_BYTES = 1 << 10;
        private static final long LIVE_BYTES = 2 * MEBIBYTE;
        private static final long DIRTY_BYTES = 120 * MEBIBYTE;
        private static final long GROWTH_BYTES = 4 * MEBIBYTE;
        private static final int GROWTHS = 20;

        /// Files in memory, which count for the process that wrote them and stay when it has ended: 200 MiB at once,
        /// the rest bit by bit.
        private static final String FILLING = """
                mkdir $0 && dd if=/dev/zero of=$0/start bs=1024k count=200 2>/dev/null && i=200
                while [ $i -lt $1 ]; do
                    dd if=/dev/zero of=$0/$i bs=1024k count=2 2>/dev/null && i=$((i + 2)) && sleep 0.1
                done""";

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
            AllocatorConfig config = AllocatorConfig.builder()
                    .limit("256m")
                    .reserve("1g")
                    .numaPolicy(NumaPolicy.OFF)
                    .purgeDelay("10m")
                    .pressure(Boolean.parseBoolean(arguments[0]))
                    .build();
            try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
                Deque<Long> live = allocate(allocator, LIVE_BYTES, SLOT_BYTES);
                makeFree(allocator, DIRTY_BYTES, SPAN_BYTES);
                makeFree(allocator, DIRTY_BYTES / 4, SLOT_BYTES);
                System.out.println("filling");
                fill(LIMIT_BYTES / 10 * 9 / MEBIBYTE);
                for (int growth = 0; growth < GROWTHS; growth++) {
                    makeFree(allocator, GROWTH_BYTES, SPAN_BYTES);
                    makeFree(allocator, GROWTH_BYTES, SLOT_BYTES);
                }
                Pressure pressure = allocator.pressure();
                requireIntact(live, SLOT_BYTES);
                allocator.verify();
                System.out.println("survived at " + pressure);
            }
        }

        private static void fill(long mebibytes) throws IOException, InterruptedException {
            Process filling = new ProcessBuilder("/bin/sh", "-c", FILLING, FILL.toString(), Long.toString(mebibytes))
                    .inheritIO()
                    .start();
            filling.waitFor();
        }

        private static void makeFree(OffHeapAllocator allocator, long byteSize, int blockBytes) {
            allocate(allocator, byteSize, blockBytes).forEach(allocator::free);
        }

        /// Each block is filled with its own address.
        private static Deque<Long> allocate(OffHeapAllocator allocator, long byteSize, int blockBytes) {
            Deque<Long> blocks = new ArrayDeque<>();
            for (long made = 0; made < byteSize; made += blockBytes) {
                long block = allocator.malloc(blockBytes);
                for (int offset = 0; offset < blockBytes; offset += Long.BYTES) {
                    RawMemory.putLong(block + offset, block);
                }
                blocks.push(block);
            }
            return blocks;
        }

        private static void requireIntact(Deque<Long> blocks, int blockBytes) {
            for (long block : blocks) {
                for (int offset = 0; offset < blockBytes; offset += Long.BYTES) {
                    if (RawMemory.getLong(block + offset) != block) {
                        throw new IllegalStateException("block 0x" + Long.toHexString(block) + " is not intact");
                    }
                }
            }
        }
    }
}
