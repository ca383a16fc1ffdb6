// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.IdentityHashMap;
import java.util.Map;

/// A value and its origin for each option. Starts with the defaults; not thread-safe while it is being filled.
final class ConfigSettings {
    /// By the identity of the option: the hash code of a record is code that the JVM generates on first use.
    private final IdentityHashMap<ConfigOption<?>, Setting<?>> settings;

    ConfigSettings() {
        settings = new IdentityHashMap<>();
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            settings.put(option, new Setting<>(option.defaultValue(), ConfigOrigin.DEFAULT));
        }
    }

    /// A copy of another's settings.
    ConfigSettings(ConfigSettings other) {
        settings = new IdentityHashMap<>(other.settings);
    }

    <T> T get(ConfigOption<T> option) {
        return setting(option).value;
    }

    ConfigOrigin origin(ConfigOption<?> option) {
        return setting(option).origin;
    }

    /// The option's value as a user would write it.
    <T> String text(ConfigOption<T> option) {
        return option.type().format(get(option));
    }

    /// Sets a value.
    ///
    /// @throws IllegalArgumentException when the option does not take it
    <T> void set(ConfigOption<T> option, T value, ConfigOrigin origin) {
        settings.put(option, new Setting<>(option.check(value), origin));
    }

    /// Sets a value that is written as text.
    ///
    /// @throws IllegalArgumentException when the option does not take it
    <T> void parse(ConfigOption<T> option, String text, ConfigOrigin origin) {
        settings.put(option, new Setting<>(option.parse(text), origin));
    }

    /// Sets each option that has a property.
    ///
    /// @throws IllegalArgumentException for the first option that does not take its property's value
    void parseAll(Map<String, String> properties) {
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            String text = properties.get(option.key());
            if (text != null) {
                parse(option, text, ConfigOrigin.PROPERTY);
            }
        }
    }

    // Safe: only set and parse put values into the map, each with the option's own type.
    @SuppressWarnings("unchecked")
    private <T> Setting<T> setting(ConfigOption<T> option) {
        Setting<?> setting = settings.get(option);
        if (setting == null) {
            throw new IllegalArgumentException("There is no option " + option.key() + ".");
        }
        return (Setting<T>) setting;
    }

    private record Setting<T>(T value, ConfigOrigin origin) {}
}
