// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// A set number of connections, half on each route; each sends its next request when the answer to the last one is
/// there.
final class LoadClient implements AutoCloseable {
    private static final long CLOSE_LIMIT_SECONDS = 10;
    private static final int MAX_BODY_BYTES = 2 << 20;

    private final int port;
    private final SslContext tls;
    private final Load load;
    private final List<Connection> connections = new ArrayList<>();

    // The servers get the other processors.
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2), NioIoHandler.newFactory());

    LoadClient(int port, Certificate certificate, Load load) throws IOException, GeneralSecurityException {
        this.port = port;
        this.load = load;
        this.tls = SslContextBuilder.forClient()
                .trustManager(certificate.certificate())
                .build();
    }

    /// Opens the connections. Nothing is sent on them but what TLS sends.
    void connect(int count) throws InterruptedException, ExecutionException {
        Route[] routes = Route.values();
        for (int i = 0; i < count; i++) {
            Connection connection = new Connection(load, routes[i % routes.length], i);
            Channel channel = new Bootstrap()
                    .group(loops)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            open(channel, connection);
                        }
                    })
                    .connect(DemoServer.LOOPBACK, port)
                    .sync()
                    .channel();
            channel.pipeline().get(SslHandler.class).handshakeFuture().get();
            connections.add(connection);
        }
    }

    private void open(SocketChannel channel, Connection connection) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(tls.newHandler(channel.alloc(), DemoServer.LOOPBACK, port));
        pipeline.addLast(new HttpClientCodec());
        pipeline.addLast(new HttpContentDecompressor(MAX_BODY_BYTES));
        pipeline.addLast(connection);
    }

    void start() {
        connections.forEach(Connection::start);
    }

    /// Waits until each connection has the answer to its last request and is closed.
    void awaitEnd() throws InterruptedException {
        for (Connection connection : connections) {
            connection.awaitClosed();
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
