// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import dev.quarry.AllocatorStats;
import java.util.List;

/// The allocator that is recorded.
public interface Subject {
    /// {@return its name}
    String name();

    /// {@return the most that it may commit}
    long limitBytes();

    /// {@return its accounting}
    /// @throws IllegalStateException if it is closed
    AllocatorStats stats();

    /// {@return the notes of its report}
    List<String> notes();

    /// {@return its options}
    List<Option> options();

    /// One option.
    /// @param key    the system property
    /// @param value  in effect, as a user would write it
    /// @param origin who chose it
    record Option(String key, String value, String origin) {}
}
