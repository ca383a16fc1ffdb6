// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import dev.quarry.bench.buffer.SizePattern;
import java.util.Optional;

/// What the server serves: JSON in, JSON out, of the sizes that one kind of server sees. Both sides know the sizes of
/// each exchange by its number, so that either can tell a body that was damaged.
@SuppressWarnings("ImmutableEnumChecker") // The arrays are written by the constructor and shown to nobody.
enum Route {
    SOCKET_PROXY(SizePattern.SOCKET_PROXY),
    API_GATEWAY(SizePattern.API_GATEWAY);

    /// After so many exchanges the sizes come again; a power of two.
    private static final int PERIOD = 1 << 14;

    private static final long REQUEST_SEED = 1;
    private static final long RESPONSE_SEED = 2;

    private final String prefix;
    private final int[] requestBytes;
    private final int[] responseBytes;

    Route(SizePattern pattern) {
        prefix = "/" + pattern.label() + "/";
        requestBytes = pattern.sizes(PERIOD, REQUEST_SEED);
        responseBytes = pattern.sizes(PERIOD, RESPONSE_SEED);
    }

    String path(int exchange) {
        return prefix + exchange;
    }

    int requestBytes(int exchange) {
        return requestBytes[exchange & PERIOD - 1];
    }

    int responseBytes(int exchange) {
        return responseBytes[exchange & PERIOD - 1];
    }

    /// One exchange on a route.
    record Target(Route route, int exchange) {}

    /// {@return what a path names, or nothing when the server does not serve it}
    static Optional<Target> parse(String path) {
        for (Route route : values()) {
            if (path.startsWith(route.prefix)) {
                try {
                    return Optional.of(new Target(route, Integer.parseInt(path.substring(route.prefix.length()))));
                } catch (NumberFormatException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
