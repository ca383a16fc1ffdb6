// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// That the silence of Netty's leak detector, on which the tests of its servers rely, means something.
class LeakReportsIT {
    @Test
    void shouldReportABufferThatIsNotReleased() {
        NettyMemory memory = new NettyMemory();
        LeakReports leaks = LeakReports.start();
        try {
            memory.buffers.directBuffer(100).release();
            leaks.requireNone();

            leak(memory, "forgotten");
            List<String> reports = leaks.take();
            assertEquals(1, reports.size(), reports::toString);
            assertTrue(reports.getFirst().contains("forgotten"), reports::toString);
            assertEquals(1, memory.blocks.stats().liveBlocks());
            leaks.requireNone();
        } finally {
            leaks.stop();
            memory.blocks.close();
        }
    }

    private static void leak(NettyMemory memory, String hint) {
        memory.buffers.directBuffer(100).touch(hint);
    }
}
