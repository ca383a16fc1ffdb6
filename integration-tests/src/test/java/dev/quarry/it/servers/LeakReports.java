// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

/// What Netty's leak detector, at its most attentive, reports of buffers.
///
/// It reports a buffer that was not released when the garbage collector has found it, in batches and in no order. So
/// whoever asks leaks a *canary* first and waits for the report of it, and then does so again: when the second one is
/// reported, everything has been that was garbage before the first. A detector that sees nothing fails the test.
final class LeakReports {
    private static final String CANARY = "canary of " + LeakReports.class.getName();
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(60);

    /// Kept, for its settings last as long as it does.
    private static final Logger LOG = Logger.getLogger(ResourceLeakDetector.class.getName());

    private final Queue<String> leaks = new ConcurrentLinkedQueue<>();
    private final Queue<String> canaries = new ConcurrentLinkedQueue<>();
    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();

    private LeakReports() {}

    /// Listens from now on, until [#stop].
    static LeakReports start() {
        LeakReports reports = new LeakReports();
        // It detects only what it could log; the canaries are of no interest to who reads the log.
        LOG.setUseParentHandlers(false);
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener(
                (type, records) -> (records.contains(CANARY) ? reports.canaries : reports.leaks).add(records));
        return reports;
    }

    void stop() {
        ByteBufUtil.setLeakListener((type, records) -> {});
        ResourceLeakDetector.setLevel(levelBefore);
        LOG.setUseParentHandlers(true);
    }

    void requireNone() {
        assertEquals(List.of(), take());
    }

    /// {@return the reports of all buffers that have leaked by now, but for those that were taken before}
    List<String> take() {
        awaitCanary();
        awaitCanary();
        List<String> taken = List.copyOf(leaks);
        leaks.removeAll(taken);
        return taken;
    }

    private void awaitCanary() {
        int reported = canaries.size();
        leakCanary(reported);
        long deadlineNs = System.nanoTime() + WAIT_NS;
        while (canaries.size() == reported) {
            if (System.nanoTime() - deadlineNs > 0) {
                fail("the detector has not reported a leak that there is");
            }
            System.gc();
            // The detector reports when a buffer is allocated.
            UnpooledByteBufAllocator.DEFAULT.compositeBuffer().release();
        }
    }

    /// A buffer without memory. Its number makes its report differ from the others': equal ones are reported once.
    private static void leakCanary(int number) {
        UnpooledByteBufAllocator.DEFAULT.compositeBuffer().touch(CANARY + ' ' + number);
    }
}
