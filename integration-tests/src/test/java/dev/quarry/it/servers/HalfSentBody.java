// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

/// A request's body of which the first half is sent, and the rest when it is told so.
final class HalfSentBody implements HttpRequest.BodyPublisher {
    private static final int PIECE_BYTES = 32 << 10;

    private final SubmissionPublisher<ByteBuffer> pieces = new SubmissionPublisher<>();
    private final byte[] body;

    HalfSentBody(byte[] body) {
        this.body = body;
    }

    @Override
    public long contentLength() {
        return -1;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        pieces.subscribe(subscriber);
        submit(0, body.length / 2);
    }

    void sendTheRest() {
        submit(body.length / 2, body.length);
        pieces.close();
    }

    void breakOff() {
        pieces.closeExceptionally(new IOException("broken off on purpose"));
    }

    private void submit(int from, int to) {
        for (int at = from; at < to; at += PIECE_BYTES) {
            pieces.submit(ByteBuffer.wrap(body, at, Math.min(PIECE_BYTES, to - at)));
        }
    }
}
