// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.StandardMBean;

/// One allocator's bean, with descriptions for the tools that show them.
///
/// Thread-safe.
final class AllocatorBean extends StandardMBean implements AllocatorMXBean {
    /// How often a walk may meet other threads' work before it gives up. A thread that the system stops in the middle
    /// of a call looks like corruption, so only what is found each time over a while counts.
    private static final int VERIFY_ATTEMPTS = 5;

    private static final long VERIFY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final OffHeapAllocator allocator;
    private final String name;
    private final String configuration;
    private final SharedStats stats;

    AllocatorBean(OffHeapAllocator allocator, String name, SharedStats stats) {
        super(AllocatorMXBean.class, true);
        this.allocator = allocator;
        this.name = name;
        this.configuration = allocator.config().describe();
        this.stats = stats;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public long getLimitBytes() {
        return stats.get().limitBytes();
    }

    @Override
    public long getReservedBytes() {
        return stats.get().reservedBytes();
    }

    @Override
    public long getCommittedBytes() {
        return stats.get().committedBytes();
    }

    @Override
    public long getHeldBytes() {
        return stats.get().heldBytes();
    }

    @Override
    public long getLiveBytes() {
        return stats.get().liveBytes();
    }

    @Override
    public long getWasteBytes() {
        return stats.get().wasteBytes();
    }

    @Override
    public long getSlabFreeBytes() {
        return stats.get().slabFreeBytes();
    }

    @Override
    public long getLookasideBytes() {
        return stats.get().lookasideBytes();
    }

    @Override
    public long getSpanDirtyBytes() {
        return stats.get().spanDirtyBytes();
    }

    @Override
    public long getSpanCleanBytes() {
        return stats.get().spanCleanBytes();
    }

    @Override
    public long getQuarantineBytes() {
        return stats.get().quarantineBytes();
    }

    @Override
    public long getMetadataBytes() {
        return stats.get().metadataBytes();
    }

    @Override
    public long getLiveBlocks() {
        return stats.get().liveBlocks();
    }

    @Override
    public long getMallocs() {
        return stats.get().mallocs();
    }

    @Override
    public long getFrees() {
        return stats.get().frees();
    }

    @Override
    public long getRemoteFrees() {
        return stats.get().remoteFrees();
    }

    @Override
    public long getInvalidFrees() {
        return stats.get().invalidFrees();
    }

    @Override
    public int getArenas() {
        return allocator.pool().arenaCount();
    }

    @Override
    public long getAdoptions() {
        return allocator.pool().adoptions() + allocator.pool().idleAdoptions();
    }

    @Override
    public String getPressure() {
        return allocator.pressure().name();
    }

    @Override
    public String getConfiguration() {
        return configuration;
    }

    @Override
    public String report() {
        return allocator.report();
    }

    @Override
    public void trim() {
        allocator.trim();
    }

    @Override
    public String verify() {
        boolean isAtRest = true;
        String met = "";
        long callsBefore = calls();
        for (int attempt = 0; attempt < VERIFY_ATTEMPTS; attempt++) {
            try {
                allocator.verify();
                return "holds";
            } catch (IllegalStateException found) {
                met = String.valueOf(found.getMessage());
            }
            LockSupport.parkNanos(VERIFY_PAUSE_NS);
            long calls = calls();
            isAtRest &= calls == callsBefore;
            callsBefore = calls;
        }
        return (isAtRest ? "broken: " : "not at rest: ") + met;
    }

    /// Counts only grow, so they are equal only if no block was handed out or taken back between two readings.
    private long calls() {
        AllocatorStats now = allocator.stats();
        return now.mallocs() + now.frees();
    }

    @Override
    public String buddyinfo() {
        return allocator.view(KernelView.BUDDYINFO);
    }

    @Override
    public String slabinfo() {
        return allocator.view(KernelView.SLABINFO);
    }

    @Override
    public String zoneinfo() {
        return allocator.view(KernelView.ZONEINFO);
    }

    @Override
    public String numastat() {
        return allocator.view(KernelView.NUMASTAT);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        return "Quarry: malloc and free for the JVM. committed = live + waste + slabFree + lookaside + spanDirty"
                + " + spanClean + quarantine + metadata";
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        return info.getName().endsWith("Bytes") ? info.getName() + ", in bytes" : info.getName();
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        return switch (info.getName()) {
            case "report" -> "The text report";
            case "trim" -> "Gives back all that can be given back, now";
            case "verify" ->
                "Walks everything: \"holds\", \"broken: ...\", or \"not at rest: ...\", which means nothing but that"
                        + " other threads were at work";
            default -> info.getName() + " in the kernel's columns";
        };
    }

    @Override
    protected int getImpact(MBeanOperationInfo info) {
        return info.getName().equals("trim") ? MBeanOperationInfo.ACTION : MBeanOperationInfo.INFO;
    }
}
