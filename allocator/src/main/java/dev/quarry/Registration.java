// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Something that was registered, until it is closed.
@FunctionalInterface
public interface Registration extends AutoCloseable {
    /// Takes it away again. Idempotent; a call that is under way goes on.
    @Override
    void close();
}
