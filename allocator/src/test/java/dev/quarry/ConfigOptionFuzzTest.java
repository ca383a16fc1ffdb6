// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random texts for every option: each gives a value that the option takes and prints readably, or the one exception
/// with the one message. A failure prints the seed, the option and the text.
class ConfigOptionFuzzTest {
    private static final int TEXTS_PER_OPTION = 5_000;
    private static final String ALPHABET = "0123456789kKmMgGtTiIbBnNuUsShH.-+_% \t\nauto\u00e9\u0660\ud83d\u212a";
    private static final String[] GOOD = {
        "64m",
        "1g",
        "64MiB",
        "65536",
        "0",
        "auto",
        "10ms",
        "250us",
        "5s",
        "1h",
        "true",
        "false",
        "75%",
        "canary",
        "best-effort",
        "9223372036854775807",
        "quarry"
    };

    @Test
    void shouldGiveAValueOrAnIllegalArgumentExceptionForAnyText() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int taken = 0;
        int refused = 0;
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            for (int i = 0; i < TEXTS_PER_OPTION; i++) {
                String text = random.nextBoolean() ? randomText(random) : mutated(random);
                if (isTaken(option, text, "seed " + seed + ", " + option.key() + "=[" + text + "]")) {
                    taken++;
                } else {
                    refused++;
                }
            }
        }
        assertNotEquals(0, taken, "the texts reach no value, seed " + seed);
        assertNotEquals(0, refused, "the texts reach no error, seed " + seed);
    }

    private static <T> boolean isTaken(ConfigOption<T> option, String text, String context) {
        T value;
        try {
            value = option.parse(text);
        } catch (IllegalArgumentException refused) {
            // Its subclasses, such as NumberFormatException, would have leaked out of a parser.
            assertEquals(IllegalArgumentException.class, refused.getClass(), context);
            assertTrue(refused.getMessage().startsWith(option.key() + "=\""), context);
            return false;
        } catch (RuntimeException unexpected) {
            throw new AssertionError(context, unexpected);
        }
        assertTrue(option.type().accepts(value), context);
        assertEquals(value, option.parse(option.type().format(value)), context);
        return true;
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(24); length > 0; length--) {
            text.append(randomChar(random));
        }
        return text.toString();
    }

    /// A good value with up to two characters inserted, removed or replaced.
    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(GOOD[random.nextInt(GOOD.length)]);
        for (int edits = random.nextInt(3); edits > 0; edits--) {
            int at = random.nextInt(text.length() + 1);
            if (random.nextBoolean() && at < text.length()) {
                text.deleteCharAt(at);
            }
            if (random.nextBoolean()) {
                text.insert(Math.min(at, text.length()), randomChar(random));
            }
        }
        return text.toString();
    }

    private static char randomChar(Random random) {
        return random.nextInt(20) == 0
                ? (char) random.nextInt(Character.MAX_VALUE + 1)
                : ALPHABET.charAt(random.nextInt(ALPHABET.length()));
    }
}
