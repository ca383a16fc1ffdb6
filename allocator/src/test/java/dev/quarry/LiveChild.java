// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.live.LiveCounter;
import dev.quarry.internal.live.LiveReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;

/// A service with a live file, in a JVM of its own, that comes to the end that its test wants.
final class LiveChild {
    private static final int THREADS = 3;
    private static final int BLOCKS = 512;
    private static final int MAX_BLOCK_BYTES = 60_000;
    private static final long ENOUGH_MALLOCS = 200_000;
    private static final int TRUNCATIONS = 20;
    private static final int WARM_UP_TICKS = 2_000;

    private LiveChild() {}

    /// @param arguments the end: `killed`, `truncated`, `full`, `exit`, `ending` or `closed`; then the folder of live
    ///                  files
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "killed" -> killUnderLoad(folder);
            case "truncated" -> truncate(folder);
            case "full" -> goOnWithFullDisk(folder);
            case "exit" ->
                System.out.println(
                        "made: " + create(folder, MaintenanceMode.THREAD).livePath());
            case "ending" -> Runtime.getRuntime().addShutdownHook(new Thread(() -> useWhileEnding(folder)));
            case "closed" -> {
                OffHeapAllocator allocator = create(folder, MaintenanceMode.THREAD);
                System.out.println("made: " + allocator.livePath());
                allocator.close();
                // No hook runs: what is gone was removed by the close.
                Runtime.getRuntime().halt(0);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static OffHeapAllocator create(Path folder, MaintenanceMode mode) {
        return OffHeapAllocator.create(AllocatorConfig.builder()
                .name("child")
                .limit(256L << 20)
                .maintenance(mode)
                .maintenanceTick(Duration.ofMillis(1))
                .live(folder.toString())
                .build());
    }

    /// The first allocator of a process that is ending already.
    private static void useWhileEnding(Path folder) {
        OffHeapAllocator allocator = create(folder, MaintenanceMode.EXTERNAL);
        allocator.free(allocator.malloc(100));
        allocator.maintain();
        System.out.println("used, " + allocator.report().contains("this process is ending"));
        allocator.close();
    }

    /// Threads allocate and free for good; when the file says that they have done enough, the process is killed.
    private static void killUnderLoad(Path folder) throws Exception {
        OffHeapAllocator allocator = create(folder, MaintenanceMode.THREAD);
        try {
            allocator.free(16);
        } catch (InvalidFreeException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
        for (int thread = 0; thread < THREADS; thread++) {
            long seed = thread;
            Thread.ofPlatform().daemon().start(() -> churn(allocator, new Random(seed)));
        }
        Path file = allocator.livePath();
        while (LiveReader.read(file).get(LiveCounter.MALLOCS) < ENOUGH_MALLOCS) {
            Thread.onSpinWait();
        }
        new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
        for (; ; ) {
            Thread.onSpinWait();
        }
    }

    private static void churn(OffHeapAllocator allocator, Random random) {
        long[] blocks = new long[BLOCKS];
        for (; ; ) {
            int index = random.nextInt(BLOCKS);
            allocator.free(blocks[index]);
            blocks[index] = allocator.malloc(random.nextInt(MAX_BLOCK_BYTES));
        }
    }

    /// Again and again, so that the code which meets the missing pages is interpreted at first and compiled later.
    private static void truncate(Path folder) throws IOException {
        int noted = 0;
        for (int truncation = 0; truncation < TRUNCATIONS; truncation++) {
            try (OffHeapAllocator allocator = create(folder, MaintenanceMode.EXTERNAL)) {
                Path file = allocator.livePath();
                useAndTick(allocator, WARM_UP_TICKS);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
                useAndTick(allocator, WARM_UP_TICKS);
                noted += allocator.report().contains("note: the live file " + file + " was truncated") ? 1 : 0;
                allocator.verify();
            }
        }
        System.out.println("noted: " + noted + " of " + TRUNCATIONS);
    }

    private static void useAndTick(OffHeapAllocator allocator, int ticks) {
        for (int tick = 0; tick < ticks; tick++) {
            long block = allocator.malloc(tick);
            allocator.maintain();
            allocator.free(block);
        }
    }

    private static void goOnWithFullDisk(Path folder) {
        try (OffHeapAllocator allocator = create(folder, MaintenanceMode.EXTERNAL)) {
            useAndTick(allocator, 10);
            System.out.println(allocator.report());
        }
    }
}
