// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A benchmark whose threads have their slots each to itself.
@State(Scope.Thread)
public abstract class HeapBenchmark extends MicroBenchmark {
    @Param({"facade", "local_arena", "void"})
    private String subject = "";

    MicroHeap heap;

    @SuppressWarnings("NullAway.Init") // The heap is set before each iteration.
    protected HeapBenchmark() {}

    /// Anew for each iteration: JMH promises no more than that a thread stays the same throughout one, and a local
    /// arena is one thread's own.
    @Setup(Level.Iteration)
    public void open() {
        heap = MicroSubject.open(subject, slots());
        fill();
    }

    /// Frees what [#fill()] has left.
    @TearDown(Level.Iteration)
    public void clear() {}

    /// {@return how many slots the benchmark uses}
    int slots() {
        return 1;
    }

    /// What stands in the slots before an iteration begins.
    void fill() {}
}
