// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The workloads by name.
public enum WorkloadName {
    LARSON,
    XMALLOC,
    MSTRESS,
    MLEAK,
    RPTEST,
    ALLOC_TEST,
    GLIBC_SIMPLE,
    GLIBC_THREAD,
    RBSTRESS,
    CONTENTION;

    Workload newWorkload(Setting setting) {
        return switch (this) {
            case LARSON -> new Larson(setting);
            case XMALLOC -> new Xmalloc(setting);
            case MSTRESS -> new Mstress(setting);
            case MLEAK -> new Mleak(setting);
            case RPTEST -> new Rptest(setting);
            case ALLOC_TEST -> new AllocTest(setting);
            case GLIBC_SIMPLE -> new GlibcSimple(setting);
            case GLIBC_THREAD -> new GlibcThread(setting);
            case RBSTRESS -> new Rbstress(setting);
            case CONTENTION -> new Contention(setting);
        };
    }

    /// Whether the workload goes by what it finds in its blocks, so that they must not overlap: the allocator that does
    /// nothing cannot run it.
    public boolean readsBlocks() {
        return this == XMALLOC || this == MSTRESS || this == RPTEST;
    }

    /// As command lines and results have it.
    public String argument() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static List<String> arguments() {
        return Arrays.stream(values()).map(WorkloadName::argument).toList();
    }

    /// The workload of that name.
    ///
    /// @throws IllegalArgumentException when there is none
    public static WorkloadName of(String argument) {
        return Arrays.stream(values())
                .filter(name -> name.argument().equals(argument))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no workload " + argument + "; there are " + String.join(", ", arguments())));
    }
}
