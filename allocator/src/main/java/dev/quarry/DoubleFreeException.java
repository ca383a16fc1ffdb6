// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.io.Serial;

/// A block was freed that had been freed before and not been handed out again since. The second free changed nothing.
///
/// When two threads free one block at the same moment, only `quarry.checks=full` is sure to throw this in one of them.
public class DoubleFreeException extends InvalidFreeException {
    @Serial
    private static final long serialVersionUID = 1;

    /// Makes the exception.
    ///
    /// @param address the address that was freed again
    /// @param message where it lies
    public DoubleFreeException(long address, String message) {
        super(address, message);
    }
}
