// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

/// Makes the out-of-line tables usable before the frontier of a region moves over their pages.
public interface Growth {
    /// There is no further table. A class and no lambda: each process makes one at its start, and for a lambda the JVM
    /// would generate a class.
    Growth NOTHING_MORE = new Growth() {
        @Override
        public boolean tryCover(long frontierPages) {
            return true;
        }
    };

    /// Makes the tables of all pages below the new frontier usable.
    /// @param frontierPages the frontier to come
    /// @return whether they are; if not, nothing has changed that a later call would not find
    boolean tryCover(long frontierPages);
}
