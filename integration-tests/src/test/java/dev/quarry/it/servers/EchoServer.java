// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.net.URI;

/// A server on loopback, on a port of its own choice, with TLS and HTTP/2, that sends each request's body back.
interface EchoServer extends AutoCloseable {
    URI uri();

    /// {@return how many of the pool's direct buffers are in use}
    long buffersInUse();

    /// Stops the server and waits until it has.
    @Override
    void close();
}
