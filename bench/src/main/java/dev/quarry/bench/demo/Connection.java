// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// One connection of the client. Compares every byte of an answer with what it should be.
final class Connection extends SimpleChannelInboundHandler<HttpObject> {
    /// Far enough apart that the connections do not ask for the same at the same time.
    private static final int EXCHANGES_BETWEEN_CONNECTIONS = 1009;

    private final Load load;
    private final Route route;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ByteBuf expected = Unpooled.buffer();
    private int exchange;
    private long startNs;
    private @Nullable ChannelHandlerContext context;

    Connection(Load load, Route route, int number) {
        this.load = load;
        this.route = route;
        this.exchange = number * EXCHANGES_BETWEEN_CONNECTIONS;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    /// Sends the first request. Once, after the connection is there.
    void start() {
        ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("not connected");
        }
        current.executor().execute(() -> send(current));
    }

    void awaitClosed() throws InterruptedException {
        closed.await();
    }

    private void send(ChannelHandlerContext context) {
        exchange++;
        expected.clear();
        expected.ensureWritable(route.responseBytes(exchange));
        JsonBody.write(expected, route.responseBytes(exchange), exchange);
        int byteSize = route.requestBytes(exchange);
        ByteBuf body = context.alloc().buffer(byteSize);
        JsonBody.write(body, byteSize, exchange);
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, route.path(exchange), body);
        request.headers()
                .set(HttpHeaderNames.HOST, DemoServer.LOOPBACK)
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CONTENT_LENGTH, byteSize)
                .set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP);
        startNs = System.nanoTime();
        context.writeAndFlush(request).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpResponse response && !response.status().equals(HttpResponseStatus.OK)) {
            throw new IllegalStateException(route.path(exchange) + " was answered with " + response.status());
        }
        if (message instanceof HttpContent part) {
            compare(part.content());
        }
        if (message instanceof LastHttpContent) {
            endExchange(context);
        }
    }

    private void compare(ByteBuf part) {
        int length = part.readableBytes();
        if (length > expected.readableBytes()
                || !ByteBufUtil.equals(part, part.readerIndex(), expected, expected.readerIndex(), length)) {
            throw new IllegalStateException("the answer to " + route.path(exchange) + " is not what it should be");
        }
        expected.skipBytes(length);
    }

    private void endExchange(ChannelHandlerContext context) {
        if (expected.isReadable()) {
            throw new IllegalStateException("the answer to " + route.path(exchange) + " is too short");
        }
        load.answered(System.nanoTime() - startNs);
        if (load.isEnding()) {
            context.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        } else {
            send(context);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!load.isEnding()) {
            load.fail("the server closed a connection");
        }
        closed.countDown();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        load.fail(cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }
}
