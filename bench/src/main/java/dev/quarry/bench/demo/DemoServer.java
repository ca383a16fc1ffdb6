// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The server: HTTP/1.1 over TLS on the loopback address, compressed JSON bodies. Everything but the allocator is as
/// Netty sets it.
final class DemoServer implements AutoCloseable {
    static final String LOOPBACK = "127.0.0.1";

    private static final int MAX_BODY_BYTES = 2 << 20;

    /// Below it a body is sent as it is, as servers are commonly set: it would hardly shrink.
    private static final int MIN_COMPRESSED_BYTES = 1024;

    /// The fastest, or else the server would be a benchmark of compression.
    private static final int COMPRESSION_LEVEL = 1;

    private static final int WINDOW_BITS = 15;
    private static final int MEMORY_LEVEL = 8;
    private static final long CLOSE_LIMIT_SECONDS = 10;

    private final ByteBufAllocator allocator;
    private final SslContext tls;
    private final Consumer<String> onFailure;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /// @param onFailure is told of a request that fails, other than by the client's doing
    DemoServer(ByteBufAllocator allocator, Certificate certificate, Consumer<String> onFailure)
            throws IOException, GeneralSecurityException {
        this.allocator = allocator;
        this.onFailure = onFailure;
        this.tls = SslContextBuilder.forServer(certificate.privateKey(), certificate.certificate())
                .build();
    }

    /// {@return which implementation of TLS Netty chose}
    String tlsEngine() {
        return tls.getClass().getSimpleName().startsWith("OpenSsl") ? "OpenSSL" : "JDK";
    }

    /// Begins to serve.
    ///
    /// @param port 0 for any
    /// @return the port
    int bind(int port) throws InterruptedException {
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(LOOPBACK, port)
                .sync()
                .channel();
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    private void accept(SocketChannel channel) {
        connections.add(channel);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(tls.newHandler(channel.alloc()));
        pipeline.addLast(new HttpServerCodec());
        pipeline.addLast(new HttpContentCompressor(
                MIN_COMPRESSED_BYTES, StandardCompressionOptions.gzip(COMPRESSION_LEVEL, WINDOW_BITS, MEMORY_LEVEL)));
        pipeline.addLast(new HttpObjectAggregator(MAX_BODY_BYTES));
        pipeline.addLast(new RouteHandler(onFailure));
    }

    /// {@return an event loop that serves connections now}
    EventLoop busyLoop() {
        return connections.stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no client is connected"))
                .eventLoop();
    }

    /// Waits until the clients are gone, and with them what was allocated for them.
    void awaitNoConnections() throws InterruptedException {
        if (!connections.newCloseFuture().await(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("connections are still open " + CLOSE_LIMIT_SECONDS + " s after the load");
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
