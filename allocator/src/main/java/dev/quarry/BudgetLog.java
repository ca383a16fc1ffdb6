// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Says once how a limit came about, where it is worth a line: loaded only then, for a logger is a costly thing.
final class BudgetLog {
    private static final System.Logger LOGGER = System.getLogger("dev.quarry");

    /// So that many allocators in one JVM do not repeat a line.
    private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

    private BudgetLog() {}

    static void say(String line, boolean isWarning) {
        if (LOGGED.add(line)) {
            LOGGER.log(isWarning ? Level.WARNING : Level.INFO, line);
        }
    }
}
