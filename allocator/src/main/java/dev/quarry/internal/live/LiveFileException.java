// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import java.io.IOException;

/// A live file, or its folder, is not what it should be. The message is one sentence.
public final class LiveFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param message one sentence
    public LiveFileException(String message) {
        super(message);
    }
}
