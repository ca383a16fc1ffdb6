// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.OffHeapAllocator;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.infra.Control;

class HandOverBenchmarkTest {
    /// The allocating thread goes on for as long as the other one is not scheduled, many times round the slots.
    @Test
    void shouldHandOverEachBlockOnceWhenAnIterationEndsWithAFullQueue() {
        long liveBefore = OffHeapAllocator.system().stats().liveBlocks();
        HandOverBenchmark.Exchange exchange = new HandOverBenchmark.Exchange();
        exchange.subject = "facade";
        exchange.open();
        HandOverBenchmark.Side side = new HandOverBenchmark.Side();
        side.byteSize = 64;
        side.join(exchange);
        Control control = new Control();
        control.stopMeasurement = true;
        HandOverBenchmark benchmark = new HandOverBenchmark();

        for (int call = 0; call < 5000; call++) {
            benchmark.allocate(exchange, side, control);
        }
        assertEquals(liveBefore + 512, OffHeapAllocator.system().stats().liveBlocks());
        for (int call = 0; call < 100; call++) {
            benchmark.free(exchange, side, control);
        }
        exchange.freeWhatWaits();
        assertEquals(liveBefore, OffHeapAllocator.system().stats().liveBlocks());
    }
}
