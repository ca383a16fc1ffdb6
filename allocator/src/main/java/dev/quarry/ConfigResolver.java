// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.QuantityType.AUTO;

/// Turns what was asked for into what holds: puts a number in the place of each `auto`, then checks options against
/// each other. An automatic value gives way to the options that were set.
final class ConfigResolver {
    private static final long MIN_AUTO_RESERVE_BYTES = 64L << 30;

    private ConfigResolver() {}

    /// The effective settings.
    ///
    /// @throws IllegalArgumentException when two options contradict each other; the message names both with their
    ///     values
    static ConfigSettings resolve(ConfigSettings asked, MachineFacts machine, Budget budget) {
        ConfigSettings effective = new ConfigSettings(asked);
        effective.set(ConfigOptions.LIMIT, budget.limitBytes(), asked.origin(ConfigOptions.LIMIT));
        resolve(effective, ConfigOptions.RESERVE, autoReserveBytes(effective.get(ConfigOptions.LIMIT)));
        resolve(effective, ConfigOptions.ARENAS_STRIPES, roundUpToPowerOfTwo(machine.processors()));
        requireOrder(effective, ConfigOptions.LIMIT, ConfigOptions.RESERVE);
        requireOrder(effective, ConfigOptions.COMMIT_GRANULE, ConfigOptions.LIMIT);
        requireOrder(effective, ConfigOptions.LOOKASIDE_DEPTH_MIN, ConfigOptions.LOOKASIDE_DEPTH_MAX);
        requireOrder(effective, ConfigOptions.PRESSURE_MODERATE, ConfigOptions.PRESSURE_SEVERE);
        return effective;
    }

    private static long autoReserveBytes(long limitBytes) {
        return roundUpToPowerOfTwo(Math.max(2 * limitBytes, MIN_AUTO_RESERVE_BYTES));
    }

    /// Replaces an automatic value by the number given, brought into the option's range; keeps the origin.
    private static void resolve(ConfigSettings effective, ConfigOption<Long> option, long autoValue) {
        if (effective.get(option) == AUTO && option.type() instanceof QuantityType type) {
            effective.set(option, type.clamp(autoValue), effective.origin(option));
        }
    }

    private static void requireOrder(ConfigSettings settings, ConfigOption<Long> low, ConfigOption<Long> high) {
        if (settings.get(low) > settings.get(high)) {
            throw new IllegalArgumentException(low.key() + "=" + settings.text(low) + " is refused: it must not exceed "
                    + high.key() + "=" + settings.text(high) + ".");
        }
    }

    private static long roundUpToPowerOfTwo(long value) {
        return value <= 1 ? 1 : Long.highestOneBit(value - 1) << 1;
    }
}
