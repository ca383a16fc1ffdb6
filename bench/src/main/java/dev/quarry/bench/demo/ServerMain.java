// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import dev.quarry.bench.buffer.BufferPool;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.subject.ProcessMemory;
import dev.quarry.netty.QuarryByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The server's process. The arguments: `POOL PORT CERTIFICATE`. It says `ready PORT`, and then does what it reads:
///
/// - `record`: records what one event loop allocates, from now on
/// - `finish`: once the load is over, prints the figures as one JSON object and ends
///
/// It ends as well when nobody is left who could tell it to.
public final class ServerMain {
    static final String READY = "ready ";
    static final String RECORD = "record";
    static final String FINISH = "finish";

    /// Enough for some hundred rounds of a full recording.
    private static final long REPLAY_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final BufferWatch watch;
    private final ByteBufAllocator allocator;
    private final DemoServer server;
    private @Nullable EventLoop recordedLoop;
    private @Nullable Recording recording;

    private ServerMain(BufferWatch watch, ByteBufAllocator allocator, DemoServer server) {
        this.watch = watch;
        this.allocator = allocator;
        this.server = server;
    }

    public static void main(String[] arguments) {
        try {
            BufferWatch watch = BufferWatch.install();
            ByteBufAllocator allocator = BufferPool.of(arguments[0]).open();
            watch.open(allocator);
            try (DemoServer server = new DemoServer(allocator, Certificate.ofChild(arguments[2]), ServerMain::fail)) {
                System.out.println(READY + server.bind(Integer.parseInt(arguments[1])));
                new ServerMain(watch, allocator, server).obey();
            }
        } catch (Exception e) {
            fail(e.toString());
        }
    }

    /// Ends this process with one line that says why.
    private static void fail(String reason) {
        System.err.println(reason);
        Runtime.getRuntime().halt(1);
    }

    private void obey() throws IOException, InterruptedException, ExecutionException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals(FINISH)) {
                System.out.println(Json.write(figures()));
                return;
            }
            if (command.equals(RECORD)) {
                recordedLoop = server.busyLoop();
                recording = recordedLoop.submit(watch::record).get();
            }
        }
    }

    private Map<String, Object> figures() throws InterruptedException, ExecutionException {
        server.awaitNoConnections();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("peakResidentBytes", ProcessMemory.peakResidentBytes());
        figures.put("residentBytesAfter", ProcessMemory.residentBytes());
        figures.put("liveBytesAfter", watch.liveBytes());
        figures.put("tls", server.tlsEngine());
        if (allocator instanceof QuarryByteBufAllocator quarry) {
            figures.put("report", quarry.memory().report());
        }
        // Last: what it allocates is not the server's.
        watch.close();
        EventLoop loop = recordedLoop;
        Recording recorded = recording;
        if (loop == null || recorded == null) {
            throw new IllegalStateException("nothing was recorded");
        }
        figures.put(
                "nsPerBuffer",
                loop.submit(() -> {
                            recorded.end();
                            return recorded.nsPerBuffer(allocator, REPLAY_NS);
                        })
                        .get());
        figures.put("recordedBuffers", recorded.bufferCount());
        return figures;
    }
}
