// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.result.Contender;
import dev.quarry.bench.runner.Contenders;
import dev.quarry.bench.runner.NativeAllocator;
import dev.quarry.bench.runner.NativeHarness;
import dev.quarry.bench.subject.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who can take part on this machine, and who cannot and why.
///
/// @param contenders in the order of the table
/// @param missing one sentence for each that is not here, with how to install it
record Lineup(List<Contender> contenders, List<String> missing) {
    static Lineup find(ReplayOptions options, NativeHarness harness) throws IOException {
        Contenders contenders = new Contenders(options.jvmArguments);
        contenders.addQuarry("quarry", Subject.LOCAL_ARENA);
        if (!options.withoutFacade) {
            contenders.addQuarry("facade", Subject.FACADE);
        }
        List<String> missing = new ArrayList<>();
        Optional<Path> program = build(harness, missing);
        program.ifPresent(path -> addNatives(contenders, path, missing));
        contenders.addJavaCompetitors();
        contenders.addVoid();
        program.ifPresent(contenders::addNativeVoid);
        return new Lineup(contenders.all(), missing);
    }

    private static Optional<Path> build(NativeHarness harness, List<String> missing) throws IOException {
        try {
            return Optional.of(harness.build());
        } catch (NativeHarness.UnavailableException e) {
            missing.add("the native allocators: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static void addNatives(Contenders contenders, Path program, List<String> missing) {
        for (NativeAllocator allocator : NativeAllocator.ALL) {
            Optional<Path> library = allocator.library();
            if (library.isPresent() || !allocator.isPreloaded()) {
                contenders.addNative(allocator, program, library);
            } else {
                missing.add(allocator.label() + ": " + allocator.howToInstall());
            }
        }
    }
}
