// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every server with its buffers from Quarry does. After each test nothing is live and the allocator is whole.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class EchoServerContract {
    private static final long LIMIT_BYTES = 256L << 20;
    private static final long SEED = 20_260_101;
    private static final int REQUESTS = Integer.getInteger("servers.requests", 100_000);
    private static final int ABORTED = 50;
    private static final int BODY_BYTES = 100_000;
    private static final int MOST_CLIENTS = 20;
    /// A server without memory may say nothing at all: this long a request waits that is to fail.
    private static final Duration TIMEOUT_WITHOUT_MEMORY = Duration.ofSeconds(2);

    private static TestCertificate certificate;

    private final Bodies bodies = Bodies.mostlySmall(SEED);
    private final OffHeapAllocator allocator = OffHeapAllocator.create(
            AllocatorConfig.builder().limit(LIMIT_BYTES).lookasideLimit(0).build());
    private int mayHaveLost;

    abstract EchoServer start(OffHeapAllocator allocator, TestCertificate certificate) throws Exception;

    /// {@return how many buffers the server itself may lose sight of when a request fails for want of memory}
    int lostForWantOfMemory() {
        return 0;
    }

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestCertificate.make();
    }

    @AfterEach
    void shouldHaveFreedEverything() {
        long liveBlocks = allocator.stats().liveBlocks();
        assertTrue(liveBlocks <= mayHaveLost, () -> liveBlocks + " blocks are live");
        assertEquals(0, allocator.stats().invalidFrees());
        allocator.verify();
        allocator.close();
    }

    @Test
    void shouldServeManyRequestsAndLeakNothing() throws Exception {
        try (EchoServer server = start(allocator, certificate)) {
            new EchoLoad(server.uri(), certificate.client(), HttpClient.Version.HTTP_2, Bodies.mostlySmall(SEED))
                    .run(REQUESTS);
            assertTrue(allocator.stats().mallocs() > REQUESTS, "the server's buffers are blocks");
            awaitNoBuffersInUse(server);
        }
    }

    @Test
    void shouldFreeTheBuffersOfClientsThatGoAwayHalfWay() throws Exception {
        try (EchoServer server = start(allocator, certificate)) {
            for (int i = 0; i < ABORTED; i++) {
                abortHalfWay(server);
            }
            assertEchoes(server);
            awaitNoBuffersInUse(server);
        }
    }

    /// Sends half of what it has announced, and resets the connection.
    private static void abortHalfWay(EchoServer server) throws Exception {
        try (SSLSocket socket = (SSLSocket) certificate
                .client()
                .getSocketFactory()
                .createSocket(server.uri().getHost(), server.uri().getPort())) {
            socket.setSoLinger(true, 0);
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[100_000]);
        }
    }

    /// What a server's threads have at hand may do for a client or two: with each round there is one more.
    @Test
    void shouldOutliveALackOfMemory() throws Exception {
        try (EchoServer server = start(allocator, certificate)) {
            assertEchoes(server);
            int failed = 0;
            for (int clients = 1; clients <= MOST_CLIENTS && failed == 0; clients++) {
                Hoard hoard = new Hoard(allocator);
                try {
                    failed = clients - wholeAnswers(server, clients, TIMEOUT_WITHOUT_MEMORY);
                } finally {
                    hoard.free();
                }
            }
            assertTrue(failed > 0, "no request has failed for want of memory");
            mayHaveLost = failed * lostForWantOfMemory();
            assertEchoes(server);
            awaitNoBuffersInUse(server);
        }
    }

    private void assertEchoes(EchoServer server) throws GeneralSecurityException {
        assertEquals(1, wholeAnswers(server, 1, EchoLoad.TIMEOUT), "no whole answer");
    }

    /// {@return how many of some clients, each with a connection of its own, get their whole answers} A server that has
    /// sent an answer's head before memory was lacking can only cut the answer short, and not every one resets the
    /// stream then. What has come must be right.
    private int wholeAnswers(EchoServer server, int clients, Duration timeout) throws GeneralSecurityException {
        List<HttpClient> connected = new ArrayList<>();
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < clients; i++) {
                HttpClient client = EchoLoad.client(certificate.client(), HttpClient.Version.HTTP_2);
                connected.add(client);
                byte[] body = bodies.next(BODY_BYTES);
                answers.add(client.sendAsync(
                                EchoLoad.request(server.uri(), body, timeout), HttpResponse.BodyHandlers.ofByteArray())
                        .handle((response, refusal) -> isWhole(body, response, refusal)));
            }
            return (int) answers.stream().filter(CompletableFuture::join).count();
        } finally {
            connected.forEach(HttpClient::shutdownNow);
        }
    }

    private static boolean isWhole(byte[] body, @Nullable HttpResponse<byte[]> response, @Nullable Throwable refusal) {
        if (response == null) {
            assertInstanceOf(
                    IOException.class, refusal instanceof CompletionException wrapper ? wrapper.getCause() : refusal);
            return false;
        }
        if (response.statusCode() != 200) {
            return false;
        }
        byte[] answer = response.body();
        assertTrue(answer.length <= body.length, "the answer is longer than the request");
        assertArrayEquals(Arrays.copyOf(body, answer.length), answer);
        return answer.length == body.length;
    }

    /// The clients are gone; the server learns of it a little later.
    private void awaitNoBuffersInUse(EchoServer server) {
        Await.value(0, () -> Math.max(0, server.buffersInUse() - mayHaveLost), "buffers in use");
    }
}
