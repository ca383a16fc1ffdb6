// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorStats;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A Netty server with its buffers from Quarry. After each test nothing is live, the allocator is whole, and Netty's
/// leak detector has nothing to say. `-Dservers.seed=N` repeats the bodies that a failed run had.
@ParameterizedClass
@EnumSource
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NettyServerIT {
    private static final long SEED = Long.getLong("servers.seed", System.nanoTime());
    private static final int MAX_BYTES = 8 << 20;
    private static final int REQUESTS = 100;
    private static final int OTHER_REQUESTS = 10;
    private static final int PAUSES = 4;
    private static final int BROKEN_OFF = 20;
    private static final int UNDER_WAY = 32;
    private static final int UNDER_WAY_BYTES = 1 << 20;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    /// Netty drops an HTTP/2 window update for which it has no memory, and the client waits for it: this long.
    private static final Duration TIMEOUT_WITHOUT_MEMORY = Duration.ofSeconds(5);

    /// Without what it says of frames that come for a stream that is closed. Kept, for its level lasts as long as it
    /// does.
    private static final Logger LOG = Logger.getLogger("io.netty.handler.codec.http2");

    private static TestCertificate certificate;
    private static LeakReports leaks;

    private final Wire wire;
    private final Bodies bodies = Bodies.ofEveryMagnitude(SEED, MAX_BYTES);
    private final NettyMemory memory = new NettyMemory();
    private NettyEchoServer server;

    NettyServerIT(Wire wire) {
        this.wire = wire;
    }

    @BeforeAll
    static void watch() throws Exception {
        System.out.println("The bodies again: -Dservers.seed=" + SEED);
        LOG.setLevel(Level.WARNING);
        certificate = TestCertificate.make();
        leaks = LeakReports.start();
        System.setProperty(SlowReader.WINDOW_PROPERTY, String.valueOf(SlowReader.WINDOW_BYTES));
    }

    @AfterAll
    static void stopWatching() {
        System.clearProperty(SlowReader.WINDOW_PROPERTY);
        leaks.stop();
        LOG.setLevel(null);
    }

    @BeforeEach
    void start() throws Exception {
        server = new NettyEchoServer(memory.buffers, wire, certificate);
    }

    @AfterEach
    void shouldHaveFreedEverything() {
        try {
            memory.awaitNothingLive();
        } finally {
            server.close();
        }
        memory.requireNothingLiveAndClose();
        leaks.requireNone();
    }

    @Test
    void shouldEchoBodiesOfEverySize() throws Exception {
        load(REQUESTS);
        assertTrue(memory.blocks.stats().mallocs() > REQUESTS, "the server's buffers are blocks");
    }

    @Test
    void shouldWaitForASlowReaderAndServeTheOthers() throws Exception {
        try (SlowReader reader = slowReader()) {
            for (int pause = 0; pause < PAUSES; pause++) {
                load(OTHER_REQUESTS);
                reader.read(MAX_BYTES / PAUSES);
            }
            reader.requireEnd();
        }
    }

    @Test
    void shouldFreeWhatASlowReaderThatGoesAwayHasNotRead() throws Exception {
        try (SlowReader reader = slowReader()) {
            reader.read(1);
        }
        assertEchoes();
    }

    @Test
    void shouldFreeTheBuffersOfRequestsThatAreBrokenOff() throws Exception {
        HttpClient client = client();
        try {
            for (int i = 0; i < BROKEN_OFF; i++) {
                HalfSentBody half = new HalfSentBody(bodies.next());
                CompletableFuture<HttpResponse<byte[]>> answer = send(client, half, ANSWER_TIMEOUT);
                Await.value(1, server.traffic.requestsUnderWay::sum, "requests under way");
                half.breakOff();
                ExecutionException failure = assertThrows(ExecutionException.class, () -> get(answer));
                assertFalse(failure.getCause() instanceof HttpTimeoutException, "not even noticed");
                Await.value(0, server.traffic.requestsUnderWay::sum, "requests under way");
            }
            assertEchoes();
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    void shouldFreeTheBuffersOfConnectionsThatAreReset() throws Exception {
        long sentBytes = 0;
        for (int i = 0; i < BROKEN_OFF; i++) {
            byte[] half = bodies.next();
            sentBytes += half.length;
            resetHalfWay(half, sentBytes);
        }
        assertEchoes();
    }

    @Test
    void shouldFreeTheBuffersOfAClientThatIsKilledHalfWay() throws Exception {
        try (HalfWayClient client = new HalfWayClient(server.uri(), wire.version, certificate)) {
            long sentBytes = (long) HalfWayClient.REQUESTS * HalfWayClient.BODY_BYTES / 2;
            Await.value(sentBytes, server.traffic.bodyBytes::sum, "bytes received");
            AllocatorStats stats = memory.blocks.stats();
            assertTrue(stats.liveBytes() + stats.wasteBytes() >= sentBytes, "the server holds what it has received");
            client.kill();
        }
        assertEchoes();
    }

    @Test
    void shouldFailRequestsForWhichThereIsNoMemoryAndServeTheNext() throws Exception {
        HttpClient client = client();
        try {
            List<HalfSentBody> halves = new ArrayList<>();
            List<CompletableFuture<Boolean>> outcomes = new ArrayList<>();
            for (int i = 0; i < UNDER_WAY; i++) {
                byte[] body = bodies.next(UNDER_WAY_BYTES);
                HalfSentBody half = new HalfSentBody(body);
                halves.add(half);
                outcomes.add(send(client, half, TIMEOUT_WITHOUT_MEMORY)
                        .handle((answer, thrown) -> thrown == null && isEcho(body, answer)));
            }
            Await.value((long) UNDER_WAY * UNDER_WAY_BYTES / 2, server.traffic.bodyBytes::sum, "bytes received");
            boolean allSucceed = true;
            Hoard hoard = new Hoard(memory.blocks);
            try {
                halves.forEach(HalfSentBody::sendTheRest);
                for (CompletableFuture<Boolean> outcome : outcomes) {
                    // A server that was about to free something when all was taken has some again.
                    hoard.takeMoreUntil(outcome::isDone);
                    allSucceed &= get(outcome);
                }
            } finally {
                hoard.free();
            }
            assertFalse(allSucceed, "no request has failed");
        } finally {
            client.shutdownNow();
        }
        assertEchoes();
    }

    private static boolean isEcho(byte[] body, HttpResponse<byte[]> answer) {
        assertArrayEquals(body, answer.body());
        return answer.statusCode() == 200;
    }

    /// Sends half of what it has announced, and resets the connection.
    /// @param sentBytes what the server will then have received of all bodies
    private void resetHalfWay(byte[] half, long sentBytes) throws Exception {
        SocketFactory sockets = wire.hasTls() ? certificate.client().getSocketFactory() : SocketFactory.getDefault();
        try (Socket socket =
                sockets.createSocket(server.uri().getHost(), server.uri().getPort())) {
            socket.setSoLinger(true, 0);
            String head =
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + 2L * (half.length + 1) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(half);
            Await.value(sentBytes, server.traffic.bodyBytes::sum, "bytes received");
        }
    }

    private void load(int requests) throws Exception {
        new EchoLoad(server.uri(), certificate.client(), wire.version, bodies).run(requests);
    }

    private void assertEchoes() throws Exception {
        load(1);
    }

    private HttpClient client() throws Exception {
        return EchoLoad.client(certificate.client(), wire.version);
    }

    /// {@return a reader of the largest body, for whom the server waits}
    private SlowReader slowReader() throws Exception {
        SlowReader reader = new SlowReader(client(), server.uri(), bodies.next(MAX_BYTES));
        Await.value(1, server.traffic.unreadAnswers::sum, "answers that wait");
        assertTrue(memory.blocks.stats().liveBlocks() > 0, "the server holds what is not read");
        return reader;
    }

    private CompletableFuture<HttpResponse<byte[]>> send(
            HttpClient client, HttpRequest.BodyPublisher body, Duration timeout) {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri()).timeout(timeout).POST(body).build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private static <T> T get(CompletableFuture<T> answer) throws Exception {
        return answer.get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
}
