// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.io.Serial;

/// The allocator cannot provide a block within its limit, or the operating system gave no more memory. Nothing has
/// changed: the allocator works on, and succeeds again once memory is freed or the limit raised.
public class OutOfOffHeapMemoryError extends OutOfMemoryError {
    @Serial
    private static final long serialVersionUID = 1;

    /// Makes the error.
    ///
    /// @param message what was asked for, how much is used of which limit and by what, and what to do
    public OutOfOffHeapMemoryError(String message) {
        super(message);
    }
}
