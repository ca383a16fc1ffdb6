// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
    private static final int EXCHANGES = 10_000;

    @ParameterizedTest
    @EnumSource
    void shouldFindTheRouteOfItsPath(Route route) {
        assertEquals(Optional.of(new Route.Target(route, 4711)), Route.parse(route.path(4711)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/socket-proxy", "/socket-proxy/", "/socket-proxy/one", "/no-route/1", "socket-proxy/1"})
    void shouldServeNothingElse(String path) {
        assertEquals(Optional.empty(), Route.parse(path));
    }

    /// The marks of the two patterns: TLS records for the one, a median of two KiB for the other.
    @Test
    void shouldHaveTheSizesOfItsPattern() {
        assertEquals(11, percentOf(Route.SOCKET_PROXY::responseBytes, 16_639), 2);
        assertEquals(33, percentOf(Route.SOCKET_PROXY::requestBytes, 1024), 2);
        int[] gateway = IntStream.range(0, EXCHANGES)
                .map(Route.API_GATEWAY::responseBytes)
                .sorted()
                .toArray();
        assertEquals(2000, gateway[EXCHANGES / 2], 100);
        assertTrue(gateway[0] >= 2, Arrays.toString(gateway));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotAnswerWithTheSizeOfTheRequest(Route route) {
        long same = IntStream.range(0, EXCHANGES)
                .filter(exchange -> route.requestBytes(exchange) == route.responseBytes(exchange))
                .count();
        assertTrue(same < EXCHANGES / 2, same + " of " + EXCHANGES);
    }

    private static double percentOf(IntUnaryOperator size, int byteSize) {
        return IntStream.range(0, EXCHANGES)
                        .filter(exchange -> size.applyAsInt(exchange) == byteSize)
                        .count()
                * 100.0
                / EXCHANGES;
    }
}
