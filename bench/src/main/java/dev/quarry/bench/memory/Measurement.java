// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One run of a case: the tables that it fills, and the readings that it takes. Tables may be made by any thread;
/// readings are for the thread that runs the case, taken while the others wait.
final class Measurement {
    private final MeasuredAllocator allocator;
    private final Scale scale;
    private final LongSupplier residentMemory;
    private final ThreadFactory threads;
    private final List<BlockTable> tables = new ArrayList<>();
    private final List<Map<String, @Nullable Object>> stages = new ArrayList<>();
    private final List<Map<String, @Nullable Object>> series = new ArrayList<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private long baseBytes;
    private Reading peak = Reading.NOTHING;
    private Reading end = Reading.NOTHING;

    /// Takes what the process has now as the base.
    ///
    /// @param threads makes threads of the kind on which the allocator does best
    /// @param residentMemory reads what the process has
    Measurement(MeasuredAllocator allocator, Scale scale, ThreadFactory threads, LongSupplier residentMemory) {
        this.allocator = allocator;
        this.scale = scale;
        this.threads = threads;
        this.residentMemory = residentMemory;
        baseBytes = baseBytes(allocator, residentMemory);
    }

    Scale scale() {
        return scale;
    }

    /// {@return what the case found out beside the readings, in the order in which it was added}
    Map<String, Object> facts() {
        return facts;
    }

    /// {@return slots for the calling thread}
    synchronized BlockTable newTable(int slotCount) {
        BlockTable table = allocator.newTable(slotCount);
        tables.add(table);
        return table;
    }

    /// {@return slots for the calling thread that count in no reading, since they change while readings are taken}
    /// Whoever fills them frees them.
    BlockTable newUncountedTable(int slotCount) {
        return allocator.newTable(slotCount);
    }

    /// {@return threads that wait for something to do}
    Crew newCrew(int size) {
        return new Crew(size, threads);
    }

    /// Takes what the process has now as the base: threads were started, and have not used the allocator yet.
    void rebase() {
        baseBytes = baseBytes(allocator, residentMemory);
    }

    /// What the allocator holds already is not in the base: one that begins with a large chunk shall not have it free.
    private static long baseBytes(MeasuredAllocator allocator, LongSupplier residentMemory) {
        return residentMemory.getAsLong() - Math.max(0, allocator.committedBytes());
    }

    /// Takes a reading; the last one of a case is its end.
    synchronized Reading read(String stage) {
        Reading reading = new Reading(
                tables.stream().mapToLong(BlockTable::requestedBytes).sum(),
                tables.stream().mapToLong(BlockTable::usableBytes).sum(),
                allocator.committedBytes(),
                Math.max(0, residentMemory.getAsLong() - baseBytes));
        peak = peak.max(reading);
        end = reading;
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("stage", stage);
        members.putAll(reading.toJson());
        stages.add(members);
        return reading;
    }

    /// Takes a reading as a point in time.
    Reading readAt(double seconds) {
        Reading reading = read(seconds + " s");
        Map<String, @Nullable Object> point = new LinkedHashMap<>();
        point.put("seconds", seconds);
        point.put("residentBytes", reading.residentBytes());
        point.put("committedBytes", Reading.committedOrNull(reading.committedBytes()));
        series.add(point);
        return reading;
    }

    /// Lets the allocator give back what it can, and takes a reading.
    Reading readTrimmed(String stage) {
        allocator.trim();
        return read(stage);
    }

    void trim() {
        allocator.trim();
    }

    /// Frees what the case left live.
    ///
    /// @throws IllegalStateException when the allocator still has a block after that
    void freeAll() {
        tables.forEach(BlockTable::freeAll);
        allocator.verifyEmpty();
    }

    /// {@return the result in the form of the result files}
    /// @param figure what the case is compared by
    Map<String, @Nullable Object> result(Figure figure) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put(
                "requestedBytes",
                tables.stream().mapToLong(BlockTable::everRequestedBytes).sum());
        members.put(
                "usableBytes",
                tables.stream().mapToLong(BlockTable::everUsableBytes).sum());
        members.put("peak", peak.toJson());
        members.put("end", end.toJson());
        members.put("stages", stages);
        if (!series.isEmpty()) {
            members.put("series", series);
        }
        Map<String, @Nullable Object> allFacts = new LinkedHashMap<>();
        figure.addTo(allFacts, peak, end);
        allFacts.putAll(facts);
        allFacts.put("residentMemory", ResidentMemory.METHOD);
        members.put("facts", allFacts);
        return members;
    }
}
