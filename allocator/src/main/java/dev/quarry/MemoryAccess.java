// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// How the allocator reads and writes raw addresses. The choice holds for the whole JVM.
public enum MemoryAccess {
    /// [#INTERNAL] where the JVM was started with the export that it needs, else [#FOREIGN].
    AUTO,
    /// Through `java.lang.foreign`; needs no flag.
    FOREIGN,
    /// Through the JDK's internal memory access; needs `--add-exports java.base/jdk.internal.misc=ALL-UNNAMED`.
    INTERNAL
}
