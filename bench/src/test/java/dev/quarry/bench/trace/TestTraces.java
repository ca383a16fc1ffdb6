// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

/// Small traces for tests of other packages.
public final class TestTraces {
    private TestTraces() {}

    /// Ten blocks, of which two grow, one has no bytes, and one is left to the end.
    public static Trace named(String name) {
        TraceBytes content = bytes();
        try {
            return new TraceDecoder(name, name, content.unpacked()).decode();
        } catch (TraceFormatException e) {
            throw new AssertionError(e);
        }
    }

    public static TraceBytes bytes() {
        TraceBytes content = new TraceBytes().slots(10);
        for (int slot = 0; slot < 10; slot++) {
            content.allocate(slot, slot * 1000);
        }
        content.reallocate(3, 100_000).reallocate(4, 10);
        for (int slot = 0; slot < 9; slot++) {
            content.free(slot);
        }
        return content;
    }
}
