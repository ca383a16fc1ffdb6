// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Which OS pages back the memory.
public enum HugePages {
    /// OS pages of the usual size, whatever the system's default.
    OFF,
    /// Huge OS pages wherever the kernel can provide them.
    TRANSPARENT
}
