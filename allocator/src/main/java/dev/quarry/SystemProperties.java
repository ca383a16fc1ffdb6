// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The one place that reads the JVM's properties for the configuration.
final class SystemProperties {
    /// Unknown keys that a warning was logged for, so that many allocators in one JVM do not repeat it.
    private static final Set<String> WARNED_KEYS = ConcurrentHashMap.newKeySet();

    private SystemProperties() {}

    /// The properties that start with our prefix, as they are now.
    static Map<String, String> read() {
        Map<String, String> ours = new TreeMap<>();
        Properties all = System.getProperties();
        for (String key : all.stringPropertyNames()) {
            String value = all.getProperty(key);
            if (value != null && key.startsWith(ConfigOption.PREFIX)) {
                ours.put(key, value);
            }
        }
        return ours;
    }

    /// The folder for temporary files.
    static String temporaryFolder() {
        return System.getProperty("java.io.tmpdir", "/tmp");
    }

    /// The name of the user that runs this process.
    static String userName() {
        return System.getProperty("user.name", "unknown");
    }

    /// Logs a warning for each key that is no option's, once in the life of the JVM.
    static void warnOfUnknown(Map<String, String> properties) {
        for (String warning : UnknownKeys.warnings(properties.keySet(), WARNED_KEYS)) {
            System.getLogger("dev.quarry").log(System.Logger.Level.WARNING, warning);
        }
    }
}
