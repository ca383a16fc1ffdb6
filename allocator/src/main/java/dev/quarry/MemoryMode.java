// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Where the allocator's memory comes from.
public enum MemoryMode {
    /// [#LINUX] on Linux, [#PORTABLE] elsewhere.
    AUTO,
    /// The Linux kernel, called directly.
    LINUX,
    /// What the JDK offers on every platform. It cannot give single pages back, and places nothing.
    PORTABLE
}
