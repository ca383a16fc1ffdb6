// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Whether committed memory is locked against swapping.
public enum MemoryLock {
    /// It is not.
    OFF,
    /// It is where the kernel allows it; a refusal is reported once and otherwise ignored.
    BEST_EFFORT,
    /// It is; where the kernel refuses, the commit fails.
    REQUIRED
}
