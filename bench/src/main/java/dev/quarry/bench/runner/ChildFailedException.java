// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.io.Serial;

/// A child process did not do its work; the message says why in one line.
public final class ChildFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean notFound;

    ChildFailedException(String message, boolean notFound) {
        super(message);
        this.notFound = notFound;
    }

    /// Whether there is no such program.
    public boolean isNotFound() {
        return notFound;
    }
}
