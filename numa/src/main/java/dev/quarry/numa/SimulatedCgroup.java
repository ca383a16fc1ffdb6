// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The cgroup that a process on a [SimulatedMemory] is in: a limit, and what the others in it use.
///
/// A kernel ends a process when the cgroup goes above its limit and there is nothing to reclaim. That is not done here;
/// a test asks [#isOverLimit()] after each step.
///
/// Thread-safe.
public final class SimulatedCgroup implements MemoryGauge {
    private final SimulatedMemory memory;
    private final long limitBytes;
    private long elsewhereBytes;
    private long maxEvents;
    private long oomKills;
    private int someAvg10Centi;
    private int fullAvg10Centi;

    SimulatedCgroup(SimulatedMemory memory, long limitBytes) {
        this.memory = memory;
        this.limitBytes = limitBytes;
    }

    /// Changes what other processes use.
    ///
    /// @param bytes from now on
    public synchronized void useElsewhere(long bytes) {
        elsewhereBytes = bytes;
    }

    /// Lets threads have waited for memory.
    ///
    /// @param someAvg10Centi as in [MemoryReading#someAvg10Centi()]
    /// @param fullAvg10Centi as in [MemoryReading#fullAvg10Centi()]
    public synchronized void stall(int someAvg10Centi, int fullAvg10Centi) {
        this.someAvg10Centi = someAvg10Centi;
        this.fullAvg10Centi = fullAvg10Centi;
    }

    /// Lets the kernel have reclaimed at the limit once more.
    public synchronized void reachLimit() {
        maxEvents++;
    }

    /// Lets the kernel have ended one more of the other processes.
    public synchronized void killAnother() {
        oomKills++;
    }

    /// What all processes use together. Costs a walk over all memory that is committed.
    ///
    /// @return bytes
    public synchronized long usedBytes() {
        return elsewhereBytes + memory.residentBytes();
    }

    /// Whether a kernel would end a process now.
    ///
    /// @return true above the limit
    public boolean isOverLimit() {
        return usedBytes() > limitBytes;
    }

    @Override
    public synchronized MemoryReading read() {
        return new MemoryReading(usedBytes(), limitBytes, 0, maxEvents, oomKills, someAvg10Centi, fullAvg10Centi);
    }
}
