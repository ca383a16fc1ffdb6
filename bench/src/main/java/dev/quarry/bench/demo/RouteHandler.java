// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.function.Consumer;

/// Answers each request with the body of its route and number.
final class RouteHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final Consumer<String> onFailure;

    RouteHandler(Consumer<String> onFailure) {
        this.onFailure = onFailure;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        FullHttpResponse response = Route.parse(request.uri())
                .map(target -> answer(context, request, target))
                .orElseGet(() -> refusal(HttpResponseStatus.NOT_FOUND));
        response.headers()
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        context.writeAndFlush(response).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    private static FullHttpResponse answer(
            ChannelHandlerContext context, FullHttpRequest request, Route.Target target) {
        int exchange = target.exchange();
        if (request.content().readableBytes() != target.route().requestBytes(exchange)) {
            return refusal(HttpResponseStatus.BAD_REQUEST);
        }
        int byteSize = target.route().responseBytes(exchange);
        ByteBuf body = context.alloc().buffer(byteSize);
        JsonBody.write(body, byteSize, exchange);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        return response;
    }

    private static FullHttpResponse refusal(HttpResponseStatus status) {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    }

    /// A client may go away, or send what it will. Anything else is the end of the demo: its figures would be those
    /// of a server that fails.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            onFailure.accept("a request failed: " + cause);
        }
    }
}
