// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import dev.quarry.OffHeapAllocator;
import dev.quarry.undertow.OutOfMemoryHandler;
import dev.quarry.undertow.QuarryByteBufferPool;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.handlers.BlockingHandler;
import java.net.InetSocketAddress;
import java.net.URI;

class UndertowServerIT extends EchoServerContract {
    private static final int IO_THREADS = 2;
    /// One for each request under way: bodies that wait for a worker fill the connection's window, and those that have
    /// one would wait for the rest of theirs.
    private static final int WORKER_THREADS = EchoLoad.UNDER_WAY;

    @Override
    EchoServer start(OffHeapAllocator allocator, TestCertificate certificate) throws Exception {
        QuarryByteBufferPool pool = new QuarryByteBufferPool(allocator, QuarryByteBufferPool.DEFAULT_BUFFER_SIZE);
        Undertow server = Undertow.builder()
                .setByteBufferPool(pool)
                .setIoThreads(IO_THREADS)
                .setWorkerThreads(WORKER_THREADS)
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .addHttpsListener(0, "localhost", certificate.server())
                .setHandler(new BlockingHandler(new OutOfMemoryHandler(
                        exchange -> exchange.getInputStream().transferTo(exchange.getOutputStream()))))
                .build();
        server.start();
        return new UndertowEchoServer(server, pool);
    }

    /// An I/O thread that gets no buffer breaks its connection; what a worker takes for that connection at the same
    /// moment, in order to write, is closed by nobody. It is one buffer, and it is seldom: 4 of 492 requests.
    @Override
    int lostForWantOfMemory() {
        return 1;
    }

    private record UndertowEchoServer(Undertow server, QuarryByteBufferPool pool) implements EchoServer {
        @Override
        public URI uri() {
            InetSocketAddress address =
                    (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
            return URI.create("https://localhost:" + address.getPort() + "/");
        }

        @Override
        public long buffersInUse() {
            return pool.buffersInUse();
        }

        @Override
        public void close() {
            server.stop();
            pool.close();
        }
    }
}
