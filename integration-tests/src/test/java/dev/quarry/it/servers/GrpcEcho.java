// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.LongAdder;

/// A service that sends back each message, which is an array of bytes.
final class GrpcEcho {
    private static final String NAME = "quarry.Echo";

    static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodDescriptor.MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> STREAM = method("Stream", MethodDescriptor.MethodType.BIDI_STREAMING);

    /// Streams that wait for a client to read more.
    final LongAdder unreadStreams = new LongAdder();

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodDescriptor.MethodType type) {
        Bytes bytes = new Bytes();
        return MethodDescriptor.newBuilder(bytes, bytes)
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
                .build();
    }

    ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(NAME)
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcEcho::echo))
                .addMethod(
                        STREAM,
                        ServerCalls.asyncBidiStreamingCall(
                                answers -> new Stream((ServerCallStreamObserver<byte[]>) answers)))
                .build();
    }

    private static void echo(byte[] message, StreamObserver<byte[]> answer) {
        answer.onNext(message);
        answer.onCompleted();
    }

    /// Takes the next message when the client reads the answers. All calls come one after the other.
    private final class Stream implements StreamObserver<byte[]> {
        private final ServerCallStreamObserver<byte[]> answers;
        private boolean isUnread;

        Stream(ServerCallStreamObserver<byte[]> answers) {
            this.answers = answers;
            answers.disableAutoRequest();
            answers.setOnReadyHandler(this::onReady);
            answers.setOnCancelHandler(() -> countUnread(false));
            answers.request(1);
        }

        @Override
        public void onNext(byte[] message) {
            answers.onNext(message);
            countUnread(!answers.isReady());
            if (!isUnread) {
                answers.request(1);
            }
        }

        private void onReady() {
            if (isUnread) {
                countUnread(false);
                answers.request(1);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            countUnread(false);
        }

        @Override
        public void onCompleted() {
            answers.onCompleted();
        }

        private void countUnread(boolean unread) {
            if (isUnread != unread) {
                isUnread = unread;
                unreadStreams.add(unread ? 1 : -1);
            }
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException unreadable) {
                throw Status.INTERNAL.withCause(unreadable).asRuntimeException();
            }
        }
    }
}
