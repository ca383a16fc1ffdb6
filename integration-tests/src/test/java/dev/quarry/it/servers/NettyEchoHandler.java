// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import org.jspecify.annotations.Nullable;

/// Collects a request's body in a buffer that grows, and sends that back. Without memory it closes the connection.
final class NettyEchoHandler extends SimpleChannelInboundHandler<HttpObject> {
    private final NettyTraffic traffic;
    private @Nullable ByteBuf body;
    private boolean isUnread;

    NettyEchoHandler(NettyTraffic traffic) {
        this.traffic = traffic;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            context.close();
            return;
        }
        if (part instanceof HttpRequest) {
            body = context.alloc().buffer();
            traffic.requestsUnderWay.increment();
        }
        if (part instanceof HttpContent && body != null) {
            ByteBuf content = ((HttpContent) part).content();
            traffic.bodyBytes.add(content.readableBytes());
            body.writeBytes(content);
            if (part instanceof LastHttpContent) {
                answer(context, body);
            }
        }
    }

    private void answer(ChannelHandlerContext context, ByteBuf whole) {
        body = null;
        traffic.requestsUnderWay.decrement();
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, whole);
        HttpUtil.setContentLength(response, whole.readableBytes());
        context.writeAndFlush(response).addListener(written -> {
            if (!written.isSuccess()) {
                closeConnection(context);
            }
        });
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        countUnread(!context.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        countUnread(false);
        if (body != null) {
            body.release();
            body = null;
            traffic.requestsUnderWay.decrement();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        closeConnection(context);
    }

    /// That of a stream as well: without memory there is no frame to tell that the stream is closed.
    private static void closeConnection(ChannelHandlerContext context) {
        Channel channel = context.channel();
        (channel instanceof Http2StreamChannel ? channel.parent() : channel).close();
    }

    private void countUnread(boolean unread) {
        if (isUnread != unread) {
            isUnread = unread;
            traffic.unreadAnswers.add(unread ? 1 : -1);
        }
    }
}
