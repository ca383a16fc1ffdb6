// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.memory;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of the memory at one moment, in bytes.
///
/// @param requestedBytes asked for and not freed
/// @param usableBytes sizes of the same blocks as the allocator rounded them
/// @param committedBytes what the allocator says that it holds of the machine's memory, or [#UNKNOWN]
/// @param residentBytes what the kernel holds for the process beyond what it held before the case
record Reading(long requestedBytes, long usableBytes, long committedBytes, long residentBytes) {
    /// Where an allocator does not tell.
    static final long UNKNOWN = -1;

    static final Reading NOTHING = new Reading(0, 0, UNKNOWN, 0);

    boolean isCommittedKnown() {
        return committedBytes != UNKNOWN;
    }

    /// {@return the greater of each figure}
    Reading max(Reading other) {
        return new Reading(
                Math.max(requestedBytes, other.requestedBytes),
                Math.max(usableBytes, other.usableBytes),
                Math.max(committedBytes, other.committedBytes),
                Math.max(residentBytes, other.residentBytes));
    }

    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("requestedBytes", requestedBytes);
        members.put("usableBytes", usableBytes);
        members.put("committedBytes", committedOrNull(committedBytes));
        members.put("residentBytes", residentBytes);
        return members;
    }

    static @Nullable Long committedOrNull(long bytes) {
        return bytes == UNKNOWN ? null : bytes;
    }
}
