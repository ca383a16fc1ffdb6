// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

/// Sends a slab to the mailbox of the arena that owns it.
public interface MailRouter {
    /// Drops what is sent: there is no arena yet.
    MailRouter NOWHERE = new MailRouter() {
        @Override
        public void send(long slab, int owner) {
            // Nobody to send it to.
        }
    };

    /// Sends.
    /// @param slab  descriptor
    /// @param owner the arena's number
    void send(long slab, int owner);
}
