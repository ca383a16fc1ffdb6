// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import java.io.IOException;
import java.io.Serial;

/// A file is not a trace that can be replayed. The message is one sentence: the file, the offset, what was expected.
public final class TraceFormatException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    TraceFormatException(String file, long byteOffset, String expected, String found) {
        super("%s: byte %d of the unpacked trace: expected %s, found %s".formatted(file, byteOffset, expected, found));
    }

    TraceFormatException(String message) {
        super(message);
    }
}
