// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The client's connection against a server that may say anything.
class ConnectionTest {
    private final List<String> failures = new ArrayList<>();
    private final Load load = new Load(failures::add);
    private final Connection connection = new Connection(load, Route.API_GATEWAY, 0);
    private final EmbeddedChannel channel = new EmbeddedChannel(connection);
    private Route.Target target;

    @BeforeEach
    void start() {
        connection.start();
        channel.runPendingTasks();
        target = takeRequest();
    }

    @Test
    void shouldSendTheNextRequestWhenItIsAnswered() {
        ByteBuf body = body();
        int half = body.readableBytes() / 2;
        channel.writeInbound(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        channel.writeInbound(new DefaultHttpContent(body.readRetainedSlice(half)));
        assertEquals(0, load.answers());
        channel.writeInbound(new DefaultLastHttpContent(body));
        assertEquals(List.of(), failures);
        assertEquals(1, load.answers());
        assertEquals(1, load.takeLatencies().getTotalCount());
        assertEquals(target.exchange() + 1, takeRequest().exchange());
    }

    @Test
    void shouldCloseAfterTheLastAnswer() throws Exception {
        load.end();
        answer(HttpResponseStatus.OK, body());
        assertFalse(channel.isOpen());
        connection.awaitClosed();
        assertEquals(List.of(), failures);
        assertEquals(1, load.answers());
    }

    @Test
    void shouldFailOnAByteThatIsWrong() {
        ByteBuf body = body();
        int last = body.writerIndex() - 1;
        body.setByte(last, body.getByte(last) ^ 1);
        answer(HttpResponseStatus.OK, body);
        assertFailure("is not what it should be");
    }

    @Test
    void shouldFailOnAnAnswerThatIsTooShort() {
        ByteBuf body = body();
        answer(HttpResponseStatus.OK, body.writerIndex(body.writerIndex() - 1));
        assertFailure("is too short");
    }

    @Test
    void shouldFailOnAnAnswerThatIsTooLong() {
        answer(HttpResponseStatus.OK, body().writeByte(' '));
        assertFailure("is not what it should be");
    }

    @Test
    void shouldFailOnARefusal() {
        answer(HttpResponseStatus.NOT_FOUND, Unpooled.EMPTY_BUFFER);
        assertFailure("was answered with 404 Not Found");
    }

    @Test
    void shouldFailWhenTheServerCloses() {
        channel.close();
        assertEquals(List.of("the server closed a connection"), failures);
    }

    private Route.Target takeRequest() {
        FullHttpRequest request = channel.readOutbound();
        Route.Target named = Route.parse(request.uri()).orElseThrow();
        assertEquals(
                Route.API_GATEWAY.requestBytes(named.exchange()),
                request.content().readableBytes());
        request.release();
        return named;
    }

    private ByteBuf body() {
        ByteBuf body = Unpooled.buffer();
        JsonBody.write(body, target.route().responseBytes(target.exchange()), target.exchange());
        return body;
    }

    private void answer(HttpResponseStatus status, ByteBuf body) {
        channel.writeInbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body));
    }

    private void assertFailure(String text) {
        assertEquals(1, failures.size(), failures.toString());
        assertTrue(failures.getFirst().contains(text), failures.toString());
        assertEquals(0, load.answers());
    }
}
