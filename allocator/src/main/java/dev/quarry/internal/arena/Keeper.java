// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

/// Who runs the maintenance, as the slow paths see it.
public interface Keeper {
    /// Nobody that could be woken: the host application runs it, or the slow paths do.
    Keeper NOBODY = new Keeper() {
        @Override
        public boolean isAlive() {
            return true;
        }

        @Override
        public void restart() {}

        @Override
        public void wake() {}

        @Override
        public void stir() {}
    };

    /// {@return whether it is there} Asked on every slow path: costs a read or two.
    boolean isAlive();

    /// Brings it back, as far as that can be done. Any thread; never throws.
    void restart();

    /// Ends the longer pauses that it makes while there is nothing to do. Any thread; mostly a read.
    void stir();

    /// Lets it begin its next round now. Any thread; costs a system call.
    void wake();
}
