// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.io.Serial;

/// An address was freed that is not a live block's own: it lies inside a block, is misaligned, belongs to another
/// allocator, or was never handed out. The free changed nothing, and the allocator works on.
public class InvalidFreeException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1;

    /// The address that was freed.
    private final long address;

    /// Makes the exception.
    ///
    /// @param address the address that was freed
    /// @param message what is wrong with it
    public InvalidFreeException(long address, String message) {
        super(message);
        this.address = address;
    }

    /// {@return the address that was freed}
    public long address() {
        return address;
    }
}
