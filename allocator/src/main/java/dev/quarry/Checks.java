// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// How much the allocator checks when a block is freed, from least to most; each level includes the one before.
public enum Checks {
    /// Nothing is checked: a wrong free corrupts the allocator.
    OFF,
    /// Double, interior and foreign frees are refused and change nothing. Two threads that free one block at the same
    /// moment may both pass.
    ON,
    /// Freed memory is poisoned, held in quarantine, and checked before it is used again.
    CANARY,
    /// As [#CANARY], and of two threads that free one block at the same moment exactly one passes.
    FULL
}
