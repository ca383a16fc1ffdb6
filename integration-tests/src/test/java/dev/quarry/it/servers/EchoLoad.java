// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Requests with bodies of many sizes to a server that sends each back. Every answer is compared.
final class EchoLoad {
    /// Each is a connection of its own.
    private static final int CLIENTS = 4;

    /// The most requests that a server has at once.
    static final int UNDER_WAY = 64;
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final URI uri;
    private final SSLContext trust;
    private final HttpClient.Version version;
    private final Bodies bodies;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    EchoLoad(URI uri, SSLContext trust, HttpClient.Version version, Bodies bodies) {
        this.uri = uri;
        this.trust = trust;
        this.version = version;
        this.bodies = bodies;
    }

    /// Sends them all and waits for the answers.
    void run(int requests) throws InterruptedException {
        List<HttpClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(client(trust, version));
        }
        try {
            for (int i = 0; i < requests && failure.get() == null; i++) {
                send(clients.get(i % CLIENTS));
            }
            if (!room.tryAcquire(UNDER_WAY, TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("no answer to " + (UNDER_WAY - room.availablePermits()) + " requests");
            }
        } finally {
            clients.forEach(HttpClient::shutdownNow);
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("after " + answered + " answers, " + bodies, first);
        }
        assertEquals(requests, answered.get());
    }

    private void send(HttpClient client) throws InterruptedException {
        if (!room.tryAcquire(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("no answer for " + TIMEOUT + " after " + answered + " answers");
        }
        byte[] body = bodies.next();
        client.sendAsync(request(uri, body, TIMEOUT), HttpResponse.BodyHandlers.ofByteArray())
                .thenAccept(response -> check(body, response))
                .whenComplete((nothing, thrown) -> {
                    if (thrown == null) {
                        answered.incrementAndGet();
                    } else {
                        failure.compareAndSet(null, thrown);
                    }
                    room.release();
                });
    }

    private void check(byte[] body, HttpResponse<byte[]> response) {
        if (response.statusCode() != 200 || response.version() != version || !Arrays.equals(body, response.body())) {
            throw new AssertionError(response + " with " + response.body().length + " bytes for " + body.length);
        }
    }

    /// {@return a client with no connection yet}
    static HttpClient client(SSLContext trust, HttpClient.Version version) {
        return HttpClient.newBuilder().version(version).sslContext(trust).build();
    }

    static HttpRequest request(URI uri, byte[] body, Duration timeout) {
        return HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }
}
