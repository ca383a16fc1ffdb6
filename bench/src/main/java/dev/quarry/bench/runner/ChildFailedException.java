// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.runner;

import java.io.Serial;

/// A child process did not do its work; the message says why in one line.
public final class ChildFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean notStarted;

    ChildFailedException(String message, boolean notStarted) {
        super(message);
        this.notStarted = notStarted;
    }

    /// Whether it was never started: there is no such program, or it may not be run.
    public boolean isNotStarted() {
        return notStarted;
    }
}
