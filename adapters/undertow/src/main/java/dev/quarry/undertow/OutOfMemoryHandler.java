// SPDX-License-Identifier: Apache-2.0
package dev.quarry.undertow;

import dev.quarry.OutOfOffHeapMemoryError;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;

/// Takes care that a request for which there was no memory gets no answer that looks whole:
/// `new BlockingHandler(new OutOfMemoryHandler(handler))`.
///
/// Undertow's output stream is not made for a pool that throws: a part that it was about to write may be left out or be
/// written twice, and when Undertow closes the stream after the error, the answer ends as a whole one does. This
/// handler breaks the answer off: it resets the stream of HTTP/2, or closes the connection of HTTP/1.1. It goes around
/// the handler that writes the answer, in the thread that writes it, so within a `BlockingHandler`.
///
/// Thread-safe, as far as the handler within is.
public final class OutOfMemoryHandler implements HttpHandler {
    private final HttpHandler next;

    /// Makes the handler.
    /// @param next what answers
    public OutOfMemoryHandler(HttpHandler next) {
        this.next = next;
    }

    /// Has the handler within answer.
    /// @throws OutOfOffHeapMemoryError for want of memory; the answer, if it had begun, is broken off
    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        try {
            next.handleRequest(exchange);
        } catch (OutOfOffHeapMemoryError error) {
            breakOff(exchange, error);
            throw error;
        }
    }

    /// Of HTTP/2 this is the one stream: its other requests go on.
    private static void breakOff(HttpServerExchange exchange, OutOfOffHeapMemoryError error) {
        try {
            exchange.getConnection().close();
        } catch (IOException | OutOfOffHeapMemoryError closing) {
            // The frame that resets a stream needs a buffer too; for want of it the client waits for its time-out.
            if (closing != error) {
                error.addSuppressed(closing);
            }
        }
    }
}
