// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the properties that carry our prefix and name no option, and the option that was probably meant.
final class UnknownKeys {
    private UnknownKeys() {}

    /// One sentence for each key that is unknown and not yet in `warned`; adds it there.
    static List<String> warnings(Collection<String> keys, Set<String> warned) {
        List<String> warnings = new ArrayList<>();
        for (String key : keys) {
            if (key.startsWith(ConfigOption.PREFIX) && !isKnown(key) && warned.add(key)) {
                warnings.add(warning(key));
            }
        }
        return warnings;
    }

    private static boolean isKnown(String key) {
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            if (option.key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    private static String warning(String key) {
        String nearest = nearest(key);
        return "The property " + key + " is unknown and has no effect"
                + (nearest == null ? "." : "; did you mean " + nearest + "?");
    }

    /// The key of the option with the least edit distance, or null when not even half of the characters agree.
    private static @Nullable String nearest(String key) {
        String nearest = null;
        int leastDistance = (key.length() - ConfigOption.PREFIX.length()) / 2 + 1;
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            int distance = editDistance(key, option.key());
            if (distance < leastDistance) {
                leastDistance = distance;
                nearest = option.key();
            }
        }
        return nearest;
    }

    /// How many characters must be inserted, removed or replaced to turn one text into the other (Levenshtein).
    static int editDistance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        int[] current = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = previous[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, Math.min(previous[column], current[column - 1]) + 1);
            }
            int[] spare = previous;
            previous = current;
            current = spare;
        }
        return previous[to.length()];
    }
}
