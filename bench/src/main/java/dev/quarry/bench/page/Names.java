// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What the page calls the allocators that the result files name.
final class Names {
    /// Its facade, without a flag.
    static final String QUARRY = "Quarry";

    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("quarry", QUARRY),
            Map.entry("facade", QUARRY),
            Map.entry("local-arena", QUARRY + ", local arena"),
            Map.entry("quarry-local", QUARRY + ", local arena"),
            Map.entry("quarry-export", QUARRY + " with the export"),
            Map.entry("quarry-segment", QUARRY + ", segment"),
            Map.entry("quarry-arena", QUARRY + ", newArena"),
            Map.entry("quarry-shared-arena", QUARRY + ", newSharedArena"),
            Map.entry("quarry-buffer", QUARRY + ", buffer"),
            Map.entry("netty-pooled", "Netty pooled"),
            Map.entry("netty-adaptive", "Netty adaptive"),
            Map.entry("jdk-confined", "JDK confined arena"),
            Map.entry("jdk-shared", "JDK shared arena"),
            Map.entry("jdk-auto", "JDK automatic arena"),
            Map.entry("jdk-arena", "JDK arena"),
            Map.entry("allocate-direct", "allocateDirect"),
            Map.entry("libc", "libc by downcall"),
            Map.entry("libc-critical", "libc, critical downcall"),
            Map.entry("void", "void"));

    /// Of Quarry's rows that make the same promise as one of the JDK's own, and are compared with that: what is open to
    /// one thread, what is open to all and ends for all at once, and a buffer.
    private static final Map<String, String> COUNTERPARTS = Map.of(
            allocator("quarry-arena"), allocator("jdk-confined"),
            allocator("quarry-shared-arena"), allocator("jdk-shared"),
            allocator("quarry-buffer"), allocator("allocate-direct"));

    private Names() {}

    /// The competitor that an allocator of Quarry's is compared with; without one it is the best of all.
    static Optional<String> counterpart(String allocator) {
        return Optional.ofNullable(COUNTERPARTS.get(allocator));
    }

    static String allocator(String name) {
        String key = key(name);
        return LABELS.getOrDefault(key, key);
    }

    /// The kind of an allocator that a JMH benchmark calls; there all are called from Java.
    static Group groupInJava(String name) {
        String key = key(name);
        if (LABELS.getOrDefault(key, "").startsWith(QUARRY) || key.startsWith("quarry")) {
            return Group.QUARRY;
        }
        return key.startsWith("void") ? Group.VOID : Group.JAVA;
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
