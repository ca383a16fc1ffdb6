// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// A free block was written to: somebody used an address after its block was freed. Only the guarded levels of
/// [Checks] find this, when the block is about to be used again.
public class WriteAfterFreeException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /// Makes the exception.
    /// @param message what was found where
    public WriteAfterFreeException(String message) {
        super(message);
    }
}
