// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Chromium's DevTools protocol: commands with an answer each, and events.
final class DevTools implements AutoCloseable, WebSocket.Listener {
    private static final long LIMIT_SECONDS = 60;

    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, CompletableFuture<Fields>> answers = new ConcurrentHashMap<>();
    private final Map<String, Consumer<Fields>> listeners = new ConcurrentHashMap<>();
    private final StringBuilder message = new StringBuilder();
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;

    DevTools(String address) {
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(address), this)
                .join();
    }

    /// Events of a session go to one listener, on the socket's thread.
    void listen(String session, Consumer<Fields> listener) {
        listeners.put(session, listener);
    }

    /// Sends a command and waits for its result.
    ///
    /// @param session of a tab, or empty for the browser
    /// @throws IOException when the browser refuses or does not answer
    Fields send(String session, String method, Map<String, ?> parameters) throws IOException {
        long id = lastId.incrementAndGet();
        Map<String, Object> command = new LinkedHashMap<>();
        command.put("id", id);
        command.put("method", method);
        command.put("params", parameters);
        if (!session.isEmpty()) {
            command.put("sessionId", session);
        }
        CompletableFuture<Fields> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(Json.write(command), true);
        Fields fields = await(answer, method);
        if (fields.find("error").isPresent()) {
            throw new IOException(method + ": " + fields.get("error").plain());
        }
        return fields.get("result");
    }

    static <T> T await(CompletableFuture<T> future, String what) throws IOException {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(what + " had no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(what + " was interrupted", e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean isLast) {
        message.append(data);
        if (isLast) {
            Fields fields = Fields.of("message", Json.read(message.toString()));
            message.setLength(0);
            dispatch(fields);
        }
        webSocket.request(1);
        return CompletableFuture.completedStage(null);
    }

    private void dispatch(Fields fields) {
        if (fields.find("id").isPresent()) {
            CompletableFuture<Fields> answer =
                    answers.remove((long) fields.get("id").number());
            if (answer != null) {
                answer.complete(fields);
            }
            return;
        }
        Consumer<Fields> listener =
                listeners.get(fields.find("sessionId").map(Fields::text).orElse(""));
        if (listener != null) {
            listener.accept(fields);
        }
    }

    @Override
    public void close() {
        socket.abort();
        client.close();
    }
}
