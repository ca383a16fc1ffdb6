// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.error;

/// The kinds of errors. Each has its own allowance of log lines.
public enum ErrorKind {
    /// The operating system refused a call.
    SYSTEM_CALL("refused system call"),
    /// The application freed what is no live block.
    INVALID_FREE("invalid free"),
    /// A request was refused for want of memory.
    EXHAUSTED("out of memory"),
    /// Code of the application that the allocator calls has thrown.
    CALLBACK("failing callback"),
    /// A round of maintenance has thrown.
    MAINTENANCE("failing maintenance");

    private final String label;

    ErrorKind(String label) {
        this.label = label;
    }

    /// {@return what reports call it}
    public String label() {
        return label;
    }
}
