// SPDX-License-Identifier: Apache-2.0
package dev.quarry.undertow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quarry.AllocatorConfig;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a client sees of an answer for whose second part there was no memory.
@Timeout(60)
class OutOfMemoryHandlerTest {
    private static final byte[] PART = new byte[100_000];

    private final OffHeapAllocator allocator =
            OffHeapAllocator.create(AllocatorConfig.builder().limit(64L << 20).build());

    @AfterEach
    void shouldHaveFreedEverything() {
        assertEquals(0, allocator.stats().liveBlocks());
        allocator.close();
    }

    @Test
    void shouldBreakOffAnAnswerThatHasBegun() throws Exception {
        assertThrows(IOException.class, () -> answer(new OutOfMemoryHandler(this::answerHalf)));
    }

    @Test
    void shouldLeaveAWholeAnswerAlone() throws Exception {
        assertEquals(
                PART.length,
                answer(new OutOfMemoryHandler(OutOfMemoryHandlerTest::writePart))
                        .body()
                        .length);
    }

    private void answerHalf(HttpServerExchange exchange) throws IOException {
        writePart(exchange);
        throw assertThrows(OutOfOffHeapMemoryError.class, () -> allocator.malloc(1L << 30));
    }

    private static void writePart(HttpServerExchange exchange) throws IOException {
        exchange.getOutputStream().write(PART);
        exchange.getOutputStream().flush();
    }

    private static HttpResponse<byte[]> answer(HttpHandler handler) throws Exception {
        Undertow server = Undertow.builder()
                .setIoThreads(1)
                .setWorkerThreads(1)
                .addHttpListener(0, "localhost")
                .setHandler(new BlockingHandler(handler))
                .build();
        server.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            InetSocketAddress address =
                    (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + address.getPort() + "/"))
                    .timeout(Duration.ofSeconds(30))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } finally {
            server.stop();
        }
    }
}
