// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// The real memory that simulated machines stand on. It is the system's own, fenced at its end: who writes beyond it,
/// or to a reservation that is released, fails there and then, and does not damage the heap of the process.
///
/// A machine by itself takes its memory for each reservation and gives it back with it. That costs more than a short
/// program on the machine does; so who runs thousands of programs, each on a machine of its own, lets them all use one
/// backing, one after the other.
///
/// **Threads.** All methods may be called by any thread.
public final class SimulatedBacking implements AutoCloseable {
    private final NativeMemory system = NativeMemory.system();
    private final boolean keeps;
    private final Map<Request, Deque<Piece>> keptByRequest = new HashMap<>();

    private SimulatedBacking(boolean keeps) {
        this.keeps = keeps;
    }

    /// A backing for many machines.
    ///
    /// @return a new one, without memory yet
    public static SimulatedBacking shared() {
        return new SimulatedBacking(true);
    }

    static SimulatedBacking unshared() {
        return new SimulatedBacking(false);
    }

    /// Whether what is given back will be handed out again, and so must be zero.
    boolean keeps() {
        return keeps;
    }

    /// Memory that reads as zero.
    synchronized Piece take(long byteSize, long byteAlignment) {
        Request request = new Request(byteSize, byteAlignment);
        Deque<Piece> kept = keptByRequest.get(request);
        if (kept != null && !kept.isEmpty()) {
            return kept.pop();
        }
        long roundedBytes = byteSize + system.osPageBytes() - 1 & -system.osPageBytes();
        long fencedBytes = roundedBytes + system.osPageBytes();
        long address = system.reserve(fencedBytes, byteAlignment);
        system.commit(address, roundedBytes);
        return new Piece(request, fencedBytes, RawMemory.segment(address, byteSize));
    }

    synchronized void giveBack(Piece piece) {
        if (keeps) {
            keptByRequest
                    .computeIfAbsent(piece.request, request -> new ArrayDeque<>())
                    .push(piece);
        } else {
            release(piece);
        }
    }

    private void release(Piece piece) {
        system.release(piece.segment.address(), piece.fencedBytes);
    }

    /// Gives the memory back that no machine uses.
    @Override
    public synchronized void close() {
        keptByRequest.values().forEach(kept -> kept.forEach(this::release));
        keptByRequest.clear();
    }

    /// How much is wanted, and how it is to lie.
    private record Request(long byteSize, long byteAlignment) {}

    /// Memory of one reservation, and how much was reserved for it with the fence.
    record Piece(Request request, long fencedBytes, MemorySegment segment) {}
}
