// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// When an allocator registers with the platform's MBean server.
public enum JmxMode {
    /// When that server is there: it is not made for it.
    AUTO,
    /// At the start.
    ON,
    /// Never.
    OFF
}
