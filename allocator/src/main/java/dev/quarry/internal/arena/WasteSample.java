// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import dev.quarry.internal.slab.SizeClasses;

/// Requested sizes, sampled: one request a refill. From it comes the split of a slot's bytes into live and waste.
final class WasteSample {
    private final long[] requestedBytes = new long[SizeClasses.COUNT];
    private final long[] samples = new long[SizeClasses.COUNT];

    void add(int sizeClass, long size) {
        requestedBytes[sizeClass] += size;
        samples[sizeClass]++;
    }

    long requestedBytes(int sizeClass) {
        return requestedBytes[sizeClass];
    }

    long samples(int sizeClass) {
        return samples[sizeClass];
    }
}
