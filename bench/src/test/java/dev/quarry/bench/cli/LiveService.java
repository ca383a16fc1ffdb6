// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A service to be looked at: it allocates and frees until it is killed.
final class LiveService implements AutoCloseable {
    private static final long REST_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Process process;

    /// Starts one, and waits until it works.
    LiveService(String... properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LiveService.class.getName()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.getInputStream().read() < 0) {
            throw new IOException("the service did not start");
        }
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /// @param arguments none
    public static void main(String[] arguments) {
        boolean isWithout = Boolean.getBoolean("without.allocator");
        OffHeapAllocator allocator = isWithout ? null : OffHeapAllocator.create(AllocatorConfig.fromSystemProperties());
        System.out.println("started");
        for (; ; ) {
            if (allocator != null) {
                allocator.free(allocator.malloc(1_000));
            }
            LockSupport.parkNanos(REST_NS);
        }
    }
}
