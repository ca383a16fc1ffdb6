// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.io.Serial;

/// A result file does not say what a page needs. The message is one sentence that names the file and the place in it.
final class BadResultsException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    BadResultsException(String message) {
        super(message);
    }
}
