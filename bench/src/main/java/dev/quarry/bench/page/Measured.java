// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.Optional;

/// What one allocator reached in one case; less is better.
///
/// @param label the allocator's name, for the reader
/// @param group what kind of allocator it is
/// @param value the figure, absent where there is none
/// @param failure why there is none, in one sentence
record Measured(String label, Group group, Optional<Spread> value, Optional<String> failure) {
    double middle() {
        return value.orElseThrow().middle();
    }
}
