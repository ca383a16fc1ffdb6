// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

/// How likely a request for so many bytes is. Weights need not add up to 1.
enum SizeDistribution {
    /// Each size from 1 byte to 64 KiB alike.
    UNIFORM("uniform") {
        @Override
        double weight(int byteSize) {
            return 1;
        }
    },
    /// Each doubling alike.
    LOG_UNIFORM("log-uniform") {
        @Override
        double weight(int byteSize) {
            return 1.0 / byteSize;
        }
    },
    /// That of workload W8: sizes from 5 bytes to 1 KiB, each doubling half as likely as the one before.
    ALLOC_TEST("alloc-test") {
        private static final int MIN_BYTES = 5;
        private static final int MAX_BYTES = 1024;

        @Override
        double weight(int byteSize) {
            if (byteSize < MIN_BYTES || byteSize > MAX_BYTES) {
                return 0;
            }
            int doubling = Integer.SIZE - Integer.numberOfLeadingZeros(byteSize - 1) - 3;
            double probability = 1.0 / (1 << Math.min(doubling + 1, 7));
            return probability / (1 << doubling + 2);
        }
    },
    /// That of workload W10: from 4 bytes to 32 KiB by an inverse square.
    GLIBC_THREAD("glibc-thread") {
        private static final int MIN_BYTES = 4;
        private static final int MAX_BYTES = 32767;

        @Override
        double weight(int byteSize) {
            return byteSize < MIN_BYTES || byteSize > MAX_BYTES ? 0 : 1.0 / byteSize - 1.0 / (byteSize + 1);
        }
    };

    private final String label;

    SizeDistribution(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /// {@return the weight of a size}
    /// @param byteSize from 1 on
    abstract double weight(int byteSize);
}
