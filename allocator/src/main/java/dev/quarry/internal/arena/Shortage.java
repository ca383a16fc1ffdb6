// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

/// What becomes of a malloc for which an arena has no memory: the facade reclaims, tries again, and else throws.
///
/// It stands behind the slow path, so that the fast path's callers need not ask whether there is an address.
@FunctionalInterface
public interface Shortage {
    /// Allocates after all, or throws. Called by the arena's owner.
    /// @param byteSize what was asked for, not checked yet
    /// @return the address
    long malloc(long byteSize);
}
