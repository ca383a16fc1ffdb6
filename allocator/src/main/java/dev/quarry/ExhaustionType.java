// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An [ExhaustionPolicy] in its text form.
record ExhaustionType() implements OptionType<ExhaustionPolicy> {
    private static final String WAIT = "wait:";
    private static final QuantityType TIME = QuantityType.time("1ms", "1h");

    @Override
    public String kind() {
        return "policy";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public String expected() {
        return "throw, wait:TIME, callback or halt, where TIME is " + TIME.expected();
    }

    @Override
    public @Nullable ExhaustionPolicy parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith(WAIT)) {
            Long waitNs = TIME.parse(lower.substring(WAIT.length()));
            return waitNs == null ? null : ExhaustionPolicy.waiting(waitNs);
        }
        return switch (lower) {
            case "throw" -> ExhaustionPolicy.THROW;
            case "callback" -> ExhaustionPolicy.CALLBACK;
            case "halt" -> ExhaustionPolicy.HALT;
            default -> null;
        };
    }

    @Override
    public boolean accepts(ExhaustionPolicy value) {
        return value.kind() != ExhaustionPolicy.Kind.WAIT || TIME.accepts(value.waitNs());
    }

    @Override
    public String format(ExhaustionPolicy value) {
        return value.kind() == ExhaustionPolicy.Kind.WAIT
                ? WAIT + TIME.format(value.waitNs())
                : value.kind().name().toLowerCase(Locale.ROOT);
    }
}
