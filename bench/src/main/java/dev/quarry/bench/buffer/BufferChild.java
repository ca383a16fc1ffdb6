// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import dev.quarry.bench.report.Json;
import java.util.Map;

/// Measures one pool and prints one JSON object. The arguments:
///
/// - `POOL pattern PATTERN LIVE KIND THREADS SECONDS`
/// - `POOL pair KIND SECONDS`
/// - `POOL burst MEBIBYTES`
/// - `POOL virtual PATTERN CARRIERS SECONDS`
public final class BufferChild {
    private BufferChild() {}

    public static void main(String[] arguments) throws Exception {
        BufferPool pool = BufferPool.of(arguments[0]);
        Map<String, Object> result = switch (arguments[1]) {
            case "pattern" ->
                new PatternMeasurement(
                                pool,
                                SizePattern.of(arguments[2]),
                                Integer.parseInt(arguments[3]),
                                ThreadKind.of(arguments[4]),
                                Integer.parseInt(arguments[5]),
                                Integer.parseInt(arguments[6]))
                        .run();
            case "pair" -> new PairLoop(pool).run(ThreadKind.of(arguments[2]), Integer.parseInt(arguments[3]));
            case "virtual" ->
                new VirtualMeasurement(pool, SizePattern.of(arguments[2]))
                        .run(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
            case "burst" -> new BurstMeasurement(pool, Integer.parseInt(arguments[2])).run();
            default -> throw new IllegalArgumentException("no mode " + arguments[1]);
        };
        System.out.println(Json.write(result));
    }
}
