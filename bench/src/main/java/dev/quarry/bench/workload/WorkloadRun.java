// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import com.sun.management.OperatingSystemMXBean;
import dev.quarry.AllocatorStats;
import dev.quarry.OffHeapAllocator;
import dev.quarry.bench.subject.ProcessMemory;
import dev.quarry.bench.subject.Subject;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Runs one workload on one subject, in a process of its own, and says what came out. The arguments, as in
/// `bench/native/workload.c`: `NAME tiny|quick|full [THREADS]`; without a number there is one worker for each
/// processor.
public final class WorkloadRun {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Subject subject;
    private final Scale scale;
    private final int threads;
    private final WorkloadName name;

    private WorkloadRun(Subject subject, WorkloadName name, Scale scale, int threads) {
        this.subject = subject;
        this.name = name;
        this.scale = scale;
        this.threads = threads;
    }

    /// Measures.
    ///
    /// @param arguments from `first` on
    /// @return the members of the JSON object
    public static Map<String, Object> measure(Subject subject, String[] arguments, int first) {
        int threads = arguments.length > first + 2
                ? Integer.parseInt(arguments[first + 2])
                : Runtime.getRuntime().availableProcessors();
        WorkloadName name = WorkloadName.of(arguments[first]);
        if (subject == Subject.VOID && name.readsBlocks()) {
            throw new IllegalArgumentException(
                    name.argument() + " reads its blocks, and those of " + subject.argument() + " overlap");
        }
        return new WorkloadRun(subject, name, Scale.of(arguments[first + 1]), threads).measure();
    }

    private Map<String, Object> measure() {
        Workload workload = name.newWorkload(new Setting(subject, threads, scale));
        ProcessMemory.touchYoungHeap();
        long heldBefore = ProcessMemory.residentBytes();
        warmUp(workload);
        // The code that the warm-up compiled is no part of the peak, but what the allocator kept of it is.
        long base = isQuarry() ? residentBesideQuarry() : heldBefore;
        boolean isPeakOfRounds = ProcessMemory.resetPeak();
        long faultsBefore = ProcessMemory.minorFaults();
        long cpuBeforeNs = PROCESS.getProcessCpuTime();
        Round[] rounds = new Round[scale.rounds()];
        for (int i = 0; i < rounds.length; i++) {
            rounds[i] = workload.round();
        }
        long cpuNs = PROCESS.getProcessCpuTime() - cpuBeforeNs;
        long faults = ProcessMemory.minorFaults() - faultsBefore;
        long peak = ProcessMemory.peakResidentBytes();
        if (isQuarry()) {
            checkNothingLost(OffHeapAllocator.system());
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("operations", rounds[0].operations());
        result.put("roundNs", timesOfEqualWork(rounds));
        result.put("threads", threads);
        result.put("peakResidentBytes", Math.max(0, peak - base));
        result.put("minorFaults", faults);
        result.put("checksum", rounds[rounds.length - 1].checksum());
        Map<String, Object> facts = new LinkedHashMap<>(workload.facts());
        facts.put("peakIsOf", isPeakOfRounds ? "the timed rounds" : "the whole process");
        facts.put("cpuNsPerOperation", (double) cpuNs / operations(rounds));
        if (isQuarry()) {
            addCounters(facts);
        }
        result.put("facts", facts);
        return result;
    }

    private static long operations(Round[] rounds) {
        return Arrays.stream(rounds).mapToLong(Round::operations).sum();
    }

    /// By the clock, and by the cpu time that the process got: on a machine that others use as well the compiler is not
    /// done after two seconds.
    private void warmUp(Workload workload) {
        long wantedNs = scale.warmUpTime().toNanos();
        long startNs = System.nanoTime();
        long cpuStartNs = PROCESS.getProcessCpuTime();
        while (System.nanoTime() - startNs < wantedNs || PROCESS.getProcessCpuTime() - cpuStartNs < wantedNs * 3 / 2) {
            workload.round();
        }
    }

    /// Rounds that go by time do more or less; each is told as if it had done what the first did.
    static long[] timesOfEqualWork(Round[] rounds) {
        long[] roundNs = new long[rounds.length];
        for (int i = 0; i < rounds.length; i++) {
            double perOperation = (double) rounds[i].elapsedNs() / rounds[i].operations();
            roundNs[i] = rounds[i].operations() == rounds[0].operations()
                    ? rounds[i].elapsedNs()
                    : Math.round(perOperation * rounds[0].operations());
        }
        return roundNs;
    }

    private boolean isQuarry() {
        return subject == Subject.FACADE || subject == Subject.LOCAL_ARENA;
    }

    private static long residentBesideQuarry() {
        return ProcessMemory.residentBytes() - OffHeapAllocator.system().residentBytes();
    }

    /// Every workload frees all, so a block that is live now was lost.
    static void checkNothingLost(OffHeapAllocator allocator) {
        allocator.verify();
        AllocatorStats stats = allocator.stats();
        if (stats.liveBlocks() != 0 || stats.mallocs() != stats.frees()) {
            throw new IllegalStateException("the workload left " + stats.liveBlocks() + " blocks behind");
        }
    }

    private static void addCounters(Map<String, Object> facts) {
        AllocatorStats stats = OffHeapAllocator.system().stats();
        facts.put("mallocs", stats.mallocs());
        facts.put("remoteFrees", stats.remoteFrees());
    }
}
