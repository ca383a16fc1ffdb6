// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.SettingControl;

/// The setting `minimum` of events that tell how long something took: shorter ones are not recorded.
///
/// The JDK's own `threshold` cannot be used: it looks at the event's duration, and these events are made when what they
/// tell of is over. Values are written as the JDK's, like `20 ms`; what is none counts as 0, as there.
final class ElapsedControl extends SettingControl {
    private static final Pattern TIME = Pattern.compile("(\\d{1,15}) ?(ns|us|ms|s|m|h|d)");

    private String value = "0 ns";
    private volatile long minimumNs;

    @Override
    public String combine(Set<String> values) {
        return values.stream()
                .min((one, other) -> Long.compare(parseNs(one), parseNs(other)))
                .orElse("0 ns");
    }

    @Override
    public void setValue(String text) {
        value = text;
        minimumNs = parseNs(text);
    }

    @Override
    public String getValue() {
        return value;
    }

    boolean accepts(long elapsedNs) {
        return elapsedNs >= minimumNs;
    }

    static long parseNs(String text) {
        Matcher time = TIME.matcher(text.strip());
        if (!time.matches()) {
            return 0;
        }
        long count = Long.parseLong(time.group(1));
        long unitNs = unitNs(time.group(2));
        return Math.multiplyHigh(count, unitNs) == 0 && count * unitNs >= 0 ? count * unitNs : Long.MAX_VALUE;
    }

    private static long unitNs(String unit) {
        return switch (unit) {
            case "us" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> 1;
        };
    }
}
