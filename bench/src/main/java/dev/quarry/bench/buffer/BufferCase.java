// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import java.util.ArrayList;
import java.util.List;

/// One load that every pool is put under.
///
/// @param name      for the table
/// @param arguments of [BufferChild], after the pool
/// @param seconds   that it takes about
/// @param isBurst   whether it tells of memory over time rather than of speed
public record BufferCase(String name, List<String> arguments, int seconds, boolean isBurst) {
    private static final int[] LIVE_BUFFERS = {1024, 65_536};
    private static final int BURST_MEBIBYTES = 900;
    private static final int BURST_SECONDS = 20;

    /// Copies the arguments.
    public BufferCase {
        arguments = List.copyOf(arguments);
    }

    /// {@return all cases}
    /// @param threads for each
    /// @param seconds for each, but the burst
    public static List<BufferCase> all(int threads, int seconds) {
        List<BufferCase> cases = new ArrayList<>();
        cases.add(timed("pair of 64 bytes, event-loop", seconds, "pair", ThreadKind.EVENT_LOOP.label()));
        for (SizePattern pattern : SizePattern.values()) {
            for (int live : LIVE_BUFFERS) {
                for (ThreadKind kind : List.of(ThreadKind.EVENT_LOOP, ThreadKind.PLATFORM)) {
                    cases.add(timed(
                            "%s, %,d live, %s".formatted(pattern.label(), live, kind.label()),
                            seconds,
                            "pattern",
                            pattern.label(),
                            Integer.toString(live),
                            kind.label(),
                            Integer.toString(threads)));
                }
            }
        }
        cases.add(timed(
                "socket-proxy, virtual threads",
                seconds,
                "virtual",
                SizePattern.SOCKET_PROXY.label(),
                Integer.toString(threads)));
        cases.add(new BufferCase(
                "burst of " + BURST_MEBIBYTES + " MiB",
                List.of("burst", Integer.toString(BURST_MEBIBYTES)),
                BURST_SECONDS,
                true));
        return cases;
    }

    private static BufferCase timed(String name, int seconds, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(Integer.toString(seconds));
        return new BufferCase(name, all, seconds, false);
    }
}
