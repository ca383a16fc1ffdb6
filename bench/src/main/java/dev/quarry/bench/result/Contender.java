// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.result;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An allocator as it takes part in a comparison.
///
/// @param name as in the table and on the command line
/// @param group what kind of allocator it is
/// @param command the beginning of the child process's command line; the workload's arguments follow
/// @param environment what is added to the child's environment
/// @param library the library whose malloc must be in place, for those that are preloaded
/// @param isSlow whether some rounds must do, and a multiple of the time must be granted
/// @param heldMeaning what its figure of bytes held is
public record Contender(
        String name,
        Group group,
        List<String> command,
        Map<String, String> environment,
        Optional<Path> library,
        boolean isSlow,
        String heldMeaning) {
    /// What kind of allocator a contender is.
    public enum Group {
        QUARRY,
        NATIVE,
        JAVA,
        /// The harness with an allocator that does nothing.
        HARNESS
    }

    /// Whether it runs workloads other than traces.
    public boolean runsMicroWorkloads() {
        return group == Group.QUARRY || group == Group.NATIVE;
    }

    public boolean hasFootprint() {
        return group != Group.HARNESS;
    }
}
