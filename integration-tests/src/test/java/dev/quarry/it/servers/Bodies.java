// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToIntFunction;

/// Random bodies, each cut from the same noise. The same seed gives the same ones in the same order.
final class Bodies {
    private final long seed;
    private final Random random;
    private final byte[] noise;
    private final ToIntFunction<Random> bound;

    /// @param bound the most bytes of the next body, the maximum at most
    private Bodies(long seed, int maxBytes, ToIntFunction<Random> bound) {
        this.seed = seed;
        this.random = new Random(seed);
        this.noise = new byte[2 * maxBytes];
        this.bound = bound;
        random.nextBytes(noise);
    }

    /// Most are small, a few need several frames, and one in a thousand, of up to 1 MiB, does not fit into any window.
    static Bodies mostlySmall(long seed) {
        int maxBytes = 1 << 20;
        return new Bodies(seed, maxBytes, random -> {
            int dice = random.nextInt(1_000);
            return dice == 0 ? maxBytes : dice < 50 ? 1 << 16 : 1 << 10;
        });
    }

    /// As many of a few bytes as of half a megabyte.
    /// @param maxBytes a power of two
    static Bodies ofEveryMagnitude(long seed, int maxBytes) {
        int magnitudes = Integer.numberOfTrailingZeros(maxBytes) + 1;
        return new Bodies(seed, maxBytes, random -> 1 << random.nextInt(magnitudes));
    }

    byte[] next() {
        int maxBytes = bound.applyAsInt(random);
        return next(random.nextInt(maxBytes + 1));
    }

    /// @param byteSize the maximum at most
    byte[] next(int byteSize) {
        int from = random.nextInt(noise.length - byteSize);
        return Arrays.copyOfRange(noise, from, from + byteSize);
    }

    @Override
    public String toString() {
        return "bodies of seed " + seed;
    }
}
