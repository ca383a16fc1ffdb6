// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.buffer;

import java.util.Locale;
import java.util.SplittableRandom;

/// Sizes of the buffers that servers ask for. The first two follow what is published of the benchmark
/// `ByteBufAllocatorAllocPatternBenchmark` of Netty's developers; the recording behind the third is not public, only
/// that most of its bytes are in buffers of 32 and 64 KiB with little between them.
public enum SizePattern {
    /// A web-socket proxy with TLS: a few sizes, 11 % of them the 16,639 bytes of a TLS record in its frame.
    SOCKET_PROXY {
        private static final int[] UP_TO_PERCENT = {33, 57, 69, 80, 86, 89, 91, 98, 100};

        @Override
        int next(SplittableRandom random) {
            int percent = random.nextInt(100);
            int step = 0;
            while (percent >= UP_TO_PERCENT[step]) {
                step++;
            }
            return switch (step) {
                case 0 -> 1024;
                case 1 -> 256;
                case 2 -> 15;
                case 3 -> TLS_RECORD_BYTES;
                case 4 -> 636;
                case 5 -> 2048;
                case 6 -> random.nextInt(17, 65);
                case 7 -> random.nextInt(257, 1024);
                default -> random.nextInt(4097, 16_385);
            };
        }
    },
    /// An API gateway: log-normal, half of them up to 2 KiB, 1 % above 20 KiB.
    API_GATEWAY {
        private static final double LOG_MEAN = 7.6;
        private static final int MIN_BYTES = 8;
        private static final int MAX_BYTES = 1 << 20;

        @Override
        int next(SplittableRandom random) {
            return (int) Math.clamp(Math.exp(LOG_MEAN + random.nextGaussian()), MIN_BYTES, MAX_BYTES);
        }
    },
    /// A shop: small ones, and 32 and 64 KiB.
    E_COMMERCE {
        @Override
        int next(SplittableRandom random) {
            int percent = random.nextInt(100);
            if (percent < 20) {
                return 32 << 10;
            }
            if (percent < 30) {
                return 64 << 10;
            }
            return percent < 98 ? random.nextInt(16, 4097) : random.nextInt(4097, 32 << 10);
        }
    };

    private static final int TLS_RECORD_BYTES = 16_639;

    abstract int next(SplittableRandom random);

    /// {@return sizes in a random order that is the same for each pool}
    public final int[] sizes(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            sizes[i] = next(random);
        }
        return sizes;
    }

    /// {@return the name for tables and for the command line of a child}
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static SizePattern of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
