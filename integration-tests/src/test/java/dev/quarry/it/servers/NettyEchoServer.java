// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;

/// A Netty server on loopback, on a port of its own choice, that sends each request's body back. With TLS it talks
/// HTTP/1.1 and HTTP/2, as the client likes.
final class NettyEchoServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final long STOP_SECONDS = 20;

    /// So little that the kernel does not take a whole body from a server whose client does not read.
    private static final int SEND_BUFFER_BYTES = 64 << 10;

    final NettyTraffic traffic = new NettyTraffic();
    private final EventLoopGroup threads = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
    private final Channel listener;
    private final Wire wire;

    NettyEchoServer(ByteBufAllocator buffers, Wire wire, TestCertificate certificate) throws GeneralSecurityException {
        this.wire = wire;
        ChannelInitializer<Channel> pipeline = wire.hasTls() ? withTls(tls(certificate)) : plain();
        this.listener = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, buffers)
                .childOption(ChannelOption.ALLOCATOR, buffers)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childHandler(pipeline)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    URI uri() {
        return URI.create(
                wire.scheme + "://localhost:" + ((InetSocketAddress) listener.localAddress()).getPort() + "/");
    }

    private static SslContext tls(TestCertificate certificate) throws GeneralSecurityException {
        ApplicationProtocolConfig protocols = new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1);
        return new JdkSslContext(
                certificate.server(),
                false,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                protocols,
                ClientAuth.NONE,
                null,
                false);
    }

    private ChannelInitializer<Channel> plain() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                addHttp1(channel.pipeline());
            }
        };
    }

    private ChannelInitializer<Channel> withTls(SslContext tls) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()), new ByProtocol());
            }
        };
    }

    private void addHttp1(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpServerCodec(), new NettyEchoHandler(traffic));
    }

    private void addHttp2(ChannelPipeline pipeline) {
        pipeline.addLast(
                // A connection that has failed waits for none of its streams.
                Http2FrameCodecBuilder.forServer()
                        .gracefulShutdownTimeoutMillis(0)
                        .build(),
                new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        // A stream's channel does not inherit the connection's.
                        stream.config().setAllocator(stream.parent().alloc());
                        stream.pipeline()
                                .addLast(new Http2StreamFrameToHttpObjectCodec(true), new NettyEchoHandler(traffic));
                    }
                }),
                new CloseOnException());
    }

    private final class ByProtocol extends ApplicationProtocolNegotiationHandler {
        ByProtocol() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                addHttp2(context.pipeline());
            } else {
                addHttp1(context.pipeline());
            }
        }
    }

    /// For a connection of streams what the echo handler does for a connection of its own.
    private static final class CloseOnException extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        boolean hasStopped = threads.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        assertTrue(hasStopped, "the server did not stop");
    }
}
