// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.quarry.OutOfOffHeapMemoryError;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A gRPC server and its clients, each with its buffers from a Quarry of its own. After each test nothing is live on
/// either side, both allocators are whole, and Netty's leak detector has nothing to say. `-Dservers.seed=N` repeats the
/// messages that a failed run had.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GrpcServerIT {
    private enum Side {
        SERVER,
        CLIENT
    }

    private static final long SEED = Long.getLong("servers.seed", System.nanoTime());
    private static final int MAX_BYTES = 8 << 20;
    private static final int ROUNDS = 10;
    private static final int CALLS = 16;
    private static final int STREAMS = 4;
    private static final int MESSAGES = 100;
    private static final int UNREAD_BYTES = 256 << 10;
    private static final int UNREAD_MESSAGES = 32;
    private static final int LARGE_BYTES = 1 << 20;

    /// Far less than what an unread stream has to say.
    private static final int WINDOW_BYTES = 64 << 10;
    private static final long WAIT_SECONDS = 60;

    /// A call for which there is no memory may find none for its end either: this long its client waits.
    private static final long SECONDS_WITHOUT_MEMORY = 3;

    /// Without what it says of calls that fail on purpose. Kept, for its level lasts as long as it does.
    private static final Logger LOG = Logger.getLogger("io.grpc");

    private static LeakReports leaks;

    private final Bodies bodies = Bodies.ofEveryMagnitude(SEED, MAX_BYTES);
    private final NettyMemory serverMemory = new NettyMemory();
    private final NettyMemory clientMemory = new NettyMemory();
    private final GrpcEcho echo = new GrpcEcho();
    private Server server;
    private ManagedChannel channel;

    @BeforeAll
    static void watch() {
        System.out.println("The messages again: -Dservers.seed=" + SEED);
        LOG.setLevel(Level.OFF);
        leaks = LeakReports.start();
    }

    @AfterAll
    static void stopWatching() {
        leaks.stop();
        LOG.setLevel(null);
    }

    @BeforeEach
    void start() throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = NettyServerBuilder.forAddress(address, InsecureServerCredentials.create())
                .withOption(ChannelOption.ALLOCATOR, serverMemory.buffers)
                .withChildOption(ChannelOption.ALLOCATOR, serverMemory.buffers)
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(MAX_BYTES)
                .addService(echo.service())
                .build()
                .start();
        channel = newChannel();
    }

    private ManagedChannel newChannel() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
        return NettyChannelBuilder.forAddress(address, InsecureChannelCredentials.create())
                .withOption(ChannelOption.ALLOCATOR, clientMemory.buffers)
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(MAX_BYTES)
                .build();
    }

    @AfterEach
    void shouldHaveFreedEverything() throws Exception {
        try {
            end(channel);
            serverMemory.awaitNothingLive();
        } finally {
            server.shutdownNow();
            assertTrue(server.awaitTermination(WAIT_SECONDS, TimeUnit.SECONDS), "the server did not stop");
        }
        for (NettyMemory memory : List.of(serverMemory, clientMemory)) {
            memory.awaitNothingLive();
            memory.requireNothingLiveAndClose();
        }
        leaks.requireNone();
    }

    private static void end(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow();
        assertTrue(channel.awaitTermination(WAIT_SECONDS, TimeUnit.SECONDS), "the client did not stop");
    }

    @Test
    void shouldEchoUnaryCallsOfEverySize() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            List<byte[]> messages = new ArrayList<>();
            List<ListenableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                byte[] message = bodies.next();
                messages.add(message);
                answers.add(call(channel, message, WAIT_SECONDS));
            }
            for (int i = 0; i < CALLS; i++) {
                assertArrayEquals(messages.get(i), answers.get(i).get(), bodies.toString());
            }
        }
        for (NettyMemory memory : List.of(serverMemory, clientMemory)) {
            assertTrue(memory.blocks.stats().mallocs() > ROUNDS * CALLS, "the buffers are blocks");
        }
    }

    @Test
    void shouldEchoStreamsOfMessages() throws Exception {
        Bodies small = Bodies.mostlySmall(SEED);
        List<GrpcStream> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(stream(WAIT_SECONDS));
        }
        for (int round = 0; round < ROUNDS; round++) {
            List<byte[]> messages = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                byte[] message = small.next();
                messages.add(message);
                streams.forEach(stream -> stream.send(message));
            }
            for (byte[] message : messages) {
                for (GrpcStream stream : streams) {
                    stream.expect(message);
                }
            }
        }
        for (GrpcStream stream : streams) {
            stream.complete();
        }
    }

    @Test
    void shouldWaitForASlowReaderAndServeTheOthers() throws Exception {
        byte[] message = bodies.next(UNREAD_BYTES);
        GrpcStream stream = unreadStream(message);
        for (int i = 0; i < UNREAD_MESSAGES; i++) {
            assertEchoes(channel);
            stream.expect(message);
        }
        stream.complete();
    }

    @Test
    void shouldFreeWhatTheReaderOfACancelledStreamHasNotRead() throws Exception {
        unreadStream(bodies.next(UNREAD_BYTES)).cancel();
        Await.value(0, echo.unreadStreams::sum, "streams that wait");
        assertEchoes(channel);
    }

    @Test
    void shouldFreeWhatAClientThatGoesAwayHasNotRead() throws Exception {
        unreadStream(bodies.next(UNREAD_BYTES));
        end(channel);
        Await.value(0, echo.unreadStreams::sum, "streams that wait");
        channel = newChannel();
        assertEchoes(channel);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailCallsForWhichThereIsNoMemoryAndServeTheNext(Side side) throws Exception {
        byte[] message = bodies.next(LARGE_BYTES);
        GrpcStream stream = stream(SECONDS_WITHOUT_MEMORY);
        stream.send(message);
        stream.expect(message);
        Hoard hoard = new Hoard((side == Side.SERVER ? serverMemory : clientMemory).blocks);
        try {
            assertFalse(allSucceed(message), "no call has failed");
            sendWithoutMemory(stream, message);
            assertTrue(stream.fails(), "the stream goes on without memory");
        } finally {
            hoard.free();
        }
        end(channel);
        channel = newChannel();
        assertEchoes(channel);
    }

    /// {@return whether calls that are under way at once all get their answer; those that do get the right one}
    private boolean allSucceed(byte[] message) throws Exception {
        boolean allSucceed = true;
        List<ListenableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            try {
                answers.add(call(channel, message, SECONDS_WITHOUT_MEMORY));
            } catch (OutOfOffHeapMemoryError refused) {
                allSucceed = false;
            }
        }
        for (ListenableFuture<byte[]> answer : answers) {
            try {
                assertArrayEquals(message, answer.get(WAIT_SECONDS, TimeUnit.SECONDS));
            } catch (ExecutionException failed) {
                assertTrue(failed.getCause() instanceof StatusRuntimeException, failed::toString);
                allSucceed = false;
            }
        }
        return allSucceed;
    }

    /// A client without memory learns it from the call itself.
    private static void sendWithoutMemory(GrpcStream stream, byte[] message) {
        try {
            stream.send(message);
        } catch (OutOfOffHeapMemoryError refused) {
            stream.cancel();
        }
    }

    private ListenableFuture<byte[]> call(ManagedChannel by, byte[] message, long seconds) {
        return ClientCalls.futureUnaryCall(by.newCall(GrpcEcho.UNARY, deadline(seconds)), message);
    }

    private void assertEchoes(ManagedChannel by) throws Exception {
        byte[] message = bodies.next();
        assertArrayEquals(message, call(by, message, WAIT_SECONDS).get(), bodies.toString());
    }

    private GrpcStream stream(long seconds) {
        return new GrpcStream(channel, deadline(seconds));
    }

    /// {@return a stream of which nothing is read, and for which the server waits}
    private GrpcStream unreadStream(byte[] message) {
        GrpcStream stream = stream(WAIT_SECONDS);
        for (int i = 0; i < UNREAD_MESSAGES; i++) {
            stream.send(message);
        }
        Await.value(1, echo.unreadStreams::sum, "streams that wait");
        assertTrue(serverMemory.blocks.stats().liveBlocks() > 0, "the server holds what is not read");
        return stream;
    }

    private static CallOptions deadline(long seconds) {
        return CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }
}
