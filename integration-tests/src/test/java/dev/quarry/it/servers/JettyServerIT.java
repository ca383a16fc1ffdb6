// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import dev.quarry.OffHeapAllocator;
import dev.quarry.jetty.QuarryByteBufferPool;
import java.net.URI;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

class JettyServerIT extends EchoServerContract {
    private static final int THREADS = 24;

    @Override
    EchoServer start(OffHeapAllocator allocator, TestCertificate certificate) throws Exception {
        QuarryByteBufferPool pool = new QuarryByteBufferPool(allocator);
        Server server = new Server(new QueuedThreadPool(THREADS), null, pool);
        HttpConfiguration http = new HttpConfiguration();
        http.addCustomizer(new SecureRequestCustomizer());
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(certificate.server());
        HttpConnectionFactory http1 = new HttpConnectionFactory(http);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        ServerConnector connector = new ServerConnector(
                server,
                new SslConnectionFactory(tls, alpn.getProtocol()),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                http1);
        connector.setHost("localhost");
        server.addConnector(connector);
        server.setHandler(new Echo());
        server.start();
        return new JettyEchoServer(server, connector, pool);
    }

    private static final class Echo extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Content.copy(request, response, callback);
            return true;
        }
    }

    private record JettyEchoServer(Server server, ServerConnector connector, QuarryByteBufferPool pool)
            implements EchoServer {
        @Override
        public URI uri() {
            return URI.create("https://localhost:" + connector.getLocalPort() + "/");
        }

        @Override
        public long buffersInUse() {
            return pool.getDirectBuffersInUse();
        }

        @Override
        public void close() {
            try {
                server.stop();
            } catch (Exception failed) {
                throw new IllegalStateException("the server did not stop", failed);
            }
        }
    }
}
