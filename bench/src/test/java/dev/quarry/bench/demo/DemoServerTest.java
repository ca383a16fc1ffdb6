// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.bench.runner.Children;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server as a client sees it that is not the demo's: the JDK's own.
@Timeout(60)
class DemoServerTest {
    private static final int COMPRESSED_FROM_BYTES = 1024;

    @TempDir
    Path directory;

    private final List<String> failures = new ArrayList<>();
    private DemoServer server;
    private HttpClient client;
    private int port;

    @BeforeEach
    void start() throws Exception {
        Certificate certificate = Certificate.make(new Children(directory), directory);
        server = new DemoServer(UnpooledByteBufAllocator.DEFAULT, certificate, failures::add);
        port = server.bind(0);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(certificate))
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.awaitNoConnections();
        server.close();
        assertEquals(List.of(), failures);
    }

    @Test
    void shouldAnswerWithTheBodyOfTheExchange() throws Exception {
        for (Route route : Route.values()) {
            for (int exchange = 0; exchange < 100; exchange++) {
                HttpResponse<byte[]> response =
                        post(route.path(exchange), body(route.requestBytes(exchange), exchange));
                assertEquals(200, response.statusCode());
                assertArrayEquals(body(route.responseBytes(exchange), exchange), unpacked(response));
            }
        }
    }

    @Test
    void shouldCompressWhatIsWorthIt() throws Exception {
        int large = IntStream.range(0, 1000)
                .filter(exchange -> Route.SOCKET_PROXY.responseBytes(exchange) >= COMPRESSED_FROM_BYTES)
                .findFirst()
                .orElseThrow();
        byte[] request = body(Route.SOCKET_PROXY.requestBytes(large), large);
        HttpResponse<byte[]> response = post(Route.SOCKET_PROXY.path(large), request);
        assertEquals("gzip", response.headers().firstValue("content-encoding").orElse("none"));
        assertEquals(
                "application/json",
                response.headers().firstValue("content-type").orElse("none"));
    }

    @Test
    void shouldRefuseWhatItDoesNotServe() throws Exception {
        assertEquals(404, post("/socket-proxy/none", new byte[0]).statusCode());
        byte[] tooLong = new byte[Route.API_GATEWAY.requestBytes(1) + 1];
        assertEquals(400, post(Route.API_GATEWAY.path(1), tooLong).statusCode());
    }

    private HttpResponse<byte[]> post(String path, byte[] body) throws Exception {
        URI uri = URI.create("https://" + DemoServer.LOOPBACK + ":" + port + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("accept-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private static byte[] body(int byteSize, int number) {
        ByteBuf out = Unpooled.buffer();
        JsonBody.write(out, byteSize, number);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] unpacked(HttpResponse<byte[]> response) throws Exception {
        if (response.headers().firstValue("content-encoding").isEmpty()) {
            return response.body();
        }
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            return stream.readAllBytes();
        }
    }

    private static SSLContext trusting(Certificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("demo", certificate.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
