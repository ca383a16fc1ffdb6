// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/// The cases, each with the question that it asks. `docs/benchmarks.md` says what each figure is.
public enum MemoryCase {
    ROBSON(
            "robson",
            "F1",
            Figure.PEAK,
            Robson::run,
            "How much memory does a program take that always asks for twice the size of the holes it has just made?"),
    ALTERNATE_FREE(
            "alternate-free",
            "F2",
            Figure.END,
            AlternateFree::run,
            "After every other block of 264 KiB was freed, does the freed half go back to the system?"),
    KEEP_ONE(
            "keep-one",
            "F3",
            Figure.RESIDUE,
            KeepOne::run,
            "How much memory does one survivor of 33,500 small blocks hold back, round after round?"),
    REALIZED(
            "realized",
            "F4",
            Figure.PEAK,
            Realized::run,
            "How much of the memory of freed large blocks serves small ones, and of half-freed small ones large ones?"),
    RELEASE(
            "release",
            "F5",
            Figure.RESIDUE,
            Release::run,
            "When everything is freed and given back, how much stays, and does the allocator tell the truth about it?"),
    PACKING(
            "packing",
            "F6",
            Figure.OWN,
            Packing::run,
            "Are nearly empty slabs filled up again before new memory is taken?"),
    REDIS("redis", "F7", Figure.PEAK, RedisValues::run, "How much memory does a store of small keys and values take?"),
    PHASE(
            "phase",
            "F9",
            Figure.PEAK,
            PhaseChange::run,
            "When a program turns to other sizes, does what it freed serve the new ones?"),
    STRANDING(
            "stranding",
            "F10",
            Figure.OWN,
            Stranding::run,
            "What do the caches of threads hold that have allocated, freed all and now wait?"),
    INTERNAL(
            "internal",
            "internal",
            Figure.OWN,
            InternalFragmentation::run,
            "How much larger than requested are blocks, under four distributions of sizes?"),
    BURST_IDLE(
            "burst-idle",
            "burst",
            Figure.RESIDUE,
            measurement -> Burst.run(measurement, false),
            "How soon does the memory of a burst go back when the process falls silent?"),
    BURST_TRAFFIC(
            "burst-traffic",
            "burst",
            Figure.RESIDUE,
            measurement -> Burst.run(measurement, true),
            "How soon does the memory of a burst go back while a little traffic goes on?");

    private final String label;
    private final String id;
    private final Figure figure;

    @SuppressWarnings("ImmutableEnumChecker") // a reference to a static method
    private final Consumer<Measurement> body;

    private final String question;

    MemoryCase(String label, String id, Figure figure, Consumer<Measurement> body, String question) {
        this.label = label;
        this.id = id;
        this.figure = figure;
        this.body = body;
        this.question = question;
    }

    /// {@return the case of that name, if there is one}
    /// @param label as command lines and results give it
    public static Optional<MemoryCase> find(String label) {
        return Arrays.stream(values()).filter(each -> each.label.equals(label)).findFirst();
    }

    /// {@return the name in command lines and results}
    public String label() {
        return label;
    }

    /// {@return the number of the case in its specification}
    public String id() {
        return id;
    }

    /// {@return what the case asks, one sentence}
    public String question() {
        return question;
    }

    Figure figure() {
        return figure;
    }

    void run(Measurement measurement) {
        body.accept(measurement);
    }
}
