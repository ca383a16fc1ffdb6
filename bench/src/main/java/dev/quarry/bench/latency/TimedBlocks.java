// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.latency;

import dev.quarry.bench.subject.Blocks;

/// Measures each malloc and each free of another allocator, and decides when the next one begins.
///
/// In a *closed* schedule a thread calls again as soon as it is done with the last block. In an *open* one it calls
/// at a constant rate, and while it is late, since a call took longer than until the next was due, time counts from
/// when the call should have begun: one slow call shows in all that had to wait for it. What the workload itself
/// does between two calls moves the schedule, for it is not the allocator's.
final class TimedBlocks extends Blocks {
    /// The interval of a closed schedule.
    static final long CLOSED = 0;

    private final Blocks blocks;
    private final CallTimes times;
    private final long intervalNs;
    private long intendedNs = System.nanoTime();
    private long endedNs = intendedNs;

    /// @param intervalNs from one call to the next, or [#CLOSED]
    TimedBlocks(Blocks blocks, CallTimes times, long intervalNs) {
        this.blocks = blocks;
        this.times = times;
        this.intervalNs = intervalNs;
    }

    @Override
    public long malloc(long byteSize) {
        long startNs = begin();
        long address = blocks.malloc(byteSize);
        times.mallocNs.recordValue(end() - startNs);
        return address;
    }

    @Override
    public void free(long address) {
        long startNs = begin();
        blocks.free(address);
        times.freeNs.recordValue(end() - startNs);
    }

    /// Waits until the next call is due.
    ///
    /// @return when it should have begun
    private long begin() {
        long nowNs = System.nanoTime();
        if (intervalNs == CLOSED) {
            return nowNs;
        }
        long dueNs = intendedNs + intervalNs;
        if (endedNs - dueNs > 0) {
            intendedNs = dueNs + (nowNs - endedNs);
        } else {
            intendedNs = waitUntil(dueNs, nowNs);
        }
        return intendedNs;
    }

    private static long waitUntil(long dueNs, long startNs) {
        long nowNs = startNs;
        while (nowNs - dueNs < 0) {
            nowNs = System.nanoTime();
        }
        return nowNs;
    }

    private long end() {
        endedNs = System.nanoTime();
        return endedNs;
    }

    @Override
    public long calloc(long count, long elementByteSize) {
        return blocks.calloc(count, elementByteSize);
    }

    @Override
    public long realloc(long address, long byteSize) {
        return blocks.realloc(address, byteSize);
    }

    @Override
    public long alignedAlloc(long byteAlignment, long byteSize) {
        return blocks.alignedAlloc(byteAlignment, byteSize);
    }
}
