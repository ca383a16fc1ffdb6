// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A client that sends all it has to say, and reads of the answer only what it is told to.
final class SlowReader implements AutoCloseable {
    /// How much of an answer a client of the JDK's takes from HTTP/2 that nobody has read.
    static final String WINDOW_PROPERTY = "jdk.httpclient.windowsize";

    static final int WINDOW_BYTES = 64 << 10;
    private static final long ANSWER_SECONDS = 60;

    private final HttpClient client;
    private final byte[] body;
    private final InputStream answer;
    private int readBytes;

    /// @param client closed with this reader
    SlowReader(HttpClient client, URI uri, byte[] body)
            throws InterruptedException, ExecutionException, TimeoutException {
        this.client = client;
        this.body = body;
        HttpRequest request = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        this.answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
                .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                .body();
    }

    /// Reads more of the answer and compares it.
    void read(int byteSize) throws IOException {
        byte[] piece = answer.readNBytes(byteSize);
        assertArrayEquals(Arrays.copyOfRange(body, readBytes, readBytes + byteSize), piece, "after " + readBytes);
        readBytes += byteSize;
    }

    void requireEnd() throws IOException {
        assertEquals(body.length, readBytes, "read");
        assertEquals(-1, answer.read(), "more than was sent");
    }

    /// Goes away, whatever it has not read.
    @Override
    public void close() {
        client.shutdownNow();
    }
}
