// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A client's side of a stream. It reads an answer only when one is expected.
final class GrpcStream implements ClientResponseObserver<byte[], byte[]> {
    private static final long ANSWER_SECONDS = 60;

    private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();
    private ClientCallStreamObserver<byte[]> messages;

    GrpcStream(Channel channel, CallOptions options) {
        ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcEcho.STREAM, options), this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<byte[]> observer) {
        messages = observer;
        observer.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(byte[] answer) {
        answers.add(answer);
    }

    @Override
    public void onError(Throwable thrown) {
        end.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {
        end.complete(true);
    }

    void send(byte[] message) {
        messages.onNext(message);
    }

    /// Reads the next answer and compares it.
    void expect(byte[] message) throws InterruptedException {
        messages.request(1);
        assertArrayEquals(message, answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS));
    }

    void complete() throws Exception {
        messages.onCompleted();
        // The end is an answer of its own.
        messages.request(1);
        end.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    void cancel() {
        messages.cancel("on purpose", null);
    }

    /// {@return whether the stream has ended, in failure, before its deadline at the latest}
    boolean fails() {
        messages.request(1);
        ExecutionException thrown =
                assertThrows(ExecutionException.class, () -> end.get(ANSWER_SECONDS, TimeUnit.SECONDS));
        return thrown.getCause() instanceof StatusRuntimeException;
    }
}
