// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A process of its own that sends the first halves of its requests and waits to be killed.
final class HalfWayClient implements AutoCloseable {
    static final int REQUESTS = 8;
    static final int BODY_BYTES = 2 << 20;
    private static final long END_SECONDS = 20;

    private final Process process;

    HalfWayClient(URI uri, HttpClient.Version version, TestCertificate certificate)
            throws IOException, GeneralSecurityException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HalfWayClient.class.getName(),
                        uri.toString(),
                        version.name())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String trust = Base64.getEncoder().encodeToString(certificate.encoded()) + '\n';
        OutputStream input = process.getOutputStream();
        input.write(trust.getBytes(StandardCharsets.US_ASCII));
        input.flush();
    }

    /// Kills it, so that it has no time for a farewell, and waits for its end.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + process.pid() + " does not die");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /// Ends by itself only when its parent has.
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        byte[] trust = Base64.getDecoder().decode(Objects.requireNonNull(input.readLine()));
        HttpClient client = EchoLoad.client(TestCertificate.trust(trust), HttpClient.Version.valueOf(arguments[1]));
        for (int i = 0; i < REQUESTS; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                    .POST(new HalfSentBody(new byte[BODY_BYTES]))
                    .build();
            client.sendAsync(request, HttpResponse.BodyHandlers.discarding()).exceptionally(thrown -> {
                thrown.printStackTrace();
                throw new AssertionError(thrown);
            });
        }
        if (input.read() != -1) {
            throw new IOException("more input than the certificate");
        }
        System.exit(1);
    }
}
