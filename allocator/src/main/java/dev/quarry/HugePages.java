// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Which OS pages back the memory.
public enum HugePages {
    /// Those that the system's own setting gives; nothing is asked for.
    OFF,
    /// Huge OS pages wherever the kernel can provide them.
    TRANSPARENT
}
