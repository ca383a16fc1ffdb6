// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the limit came about: an addition that comes out, to be shown to whoever wonders why it is what it is.
///
/// What is left for the allocator is the memory of the machine, or of the container where that is less, without what
/// the rest of the JVM may take: the heap at its most, the direct memory that `-XX:MaxDirectMemorySize` sets, and
/// something for the JVM itself. Of that an automatic limit takes four fifths: threads' stacks, other native
/// libraries and the pages of files that are read all the time live there too, and nobody knows their size beforehand.
///
/// @param others      the memory, and what others take of it, which is negative; what is left is their sum
/// @param adjustments what makes the limit of what is left; none where the limit was asked for
/// @param asked       what was asked for: `auto`, a percentage or a size
/// @param limitBytes  the limit
/// @param isNarrowed  whether a container, the least limit or the reserve decided on an automatic limit
/// @param isTooMuch   whether a limit was asked for that is above what the container leaves
record Budget(
        List<Term> others,
        List<Term> adjustments,
        String asked,
        long limitBytes,
        boolean isNarrowed,
        boolean isTooMuch) {
    /// What an automatic limit never goes below: with less no service can work.
    static final long FLOOR_BYTES = 64L << 20;

    /// For the code that the JVM compiles, its classes, its collector's tables and its own threads: what a service of
    /// medium size is seen to use.
    static final long JVM_BYTES = 256L << 20;

    private static final int MARGIN_PART = 5;

    /// A summand.
    ///
    /// @param bytes negative where it is taken away
    /// @param name  what it is
    record Term(long bytes, String name) {}

    /// The budget that these settings get on this machine.
    static Budget of(ConfigSettings settings, MachineFacts machine) {
        long limit = settings.get(ConfigOptions.LIMIT);
        String asked = settings.text(ConfigOptions.LIMIT);
        List<Term> others = others(machine);
        if (limit == QuantityType.AUTO) {
            return automatic(others, asked, settings.get(ConfigOptions.RESERVE), machine.isContained());
        }
        long limitBytes =
                QuantityType.isPercentage(limit) ? part(machine.memoryBytes(), QuantityType.percentage(limit)) : limit;
        boolean isTooMuch = machine.isContained() && limitBytes > Math.max(sum(others), FLOOR_BYTES);
        return new Budget(others, List.of(), asked, limitBytes, false, isTooMuch);
    }

    private static long part(long memoryBytes, int percent) {
        long partBytes = memoryBytes / 100 * percent + memoryBytes % 100 * percent / 100;
        return Math.clamp(partBytes, ConfigOptions.LEAST_LIMIT_BYTES, ConfigOptions.MOST_LIMIT_BYTES);
    }

    private static List<Term> others(MachineFacts machine) {
        long memoryBytes = machine.memoryBytes();
        List<Term> others = new ArrayList<>();
        others.add(new Term(memoryBytes, machine.isContained() ? "memory of the container" : "memory"));
        others.add(new Term(-Math.min(memoryBytes, machine.maxHeapBytes()), "heap at its most"));
        if (machine.maxDirectBytes() > 0) {
            others.add(new Term(-Math.min(memoryBytes, machine.maxDirectBytes()), "-XX:MaxDirectMemorySize"));
        }
        others.add(new Term(-JVM_BYTES, "the JVM itself"));
        return others;
    }

    private static Budget automatic(List<Term> others, String asked, long reserve, boolean isContained) {
        List<Term> adjustments = new ArrayList<>();
        long limitBytes = sum(others);
        boolean isNarrowed = isContained;
        if (limitBytes > 0) {
            long marginBytes = limitBytes / MARGIN_PART;
            adjustments.add(new Term(-marginBytes, "a fifth for what nobody counts"));
            limitBytes -= marginBytes;
        }
        if (limitBytes < FLOOR_BYTES) {
            adjustments.add(new Term(FLOOR_BYTES - limitBytes, "up to the least limit"));
            limitBytes = FLOOR_BYTES;
            isNarrowed = true;
        }
        long mostBytes = reserve == QuantityType.AUTO ? ConfigOptions.MOST_LIMIT_BYTES : reserve;
        if (limitBytes > mostBytes) {
            adjustments.add(new Term(mostBytes - limitBytes, "beyond what is reserved"));
            limitBytes = mostBytes;
            isNarrowed = true;
        }
        return new Budget(others, adjustments, asked, limitBytes, isNarrowed, false);
    }

    /// {@return the memory that others leave, in bytes; less than 0 where they may take more than there is}
    long leftBytes() {
        return sum(others);
    }

    private static long sum(List<Term> terms) {
        long sum = 0;
        for (Term term : terms) {
            sum += term.bytes();
        }
        return sum;
    }

    /// {@return one line for the log; null where there is nothing to say}
    @Nullable
    String line() {
        if (isTooMuch) {
            return "quarry.limit=" + asked + " is " + mebibytes(limitBytes) + ", but others leave "
                    + addition(leftBytes(), List.of())
                    + ": if all use what they may, the kernel ends this process; lower quarry.limit or the heap's"
                    + " maximum, or give the container more";
        }
        return isNarrowed ? "quarry.limit=" + asked + " is " + addition(limitBytes, adjustments) : null;
    }

    private String addition(long sumBytes, List<Term> more) {
        StringBuilder text = new StringBuilder(256).append(mebibytes(sumBytes)).append(" =");
        String sign = "";
        for (List<Term> terms : List.of(others, more)) {
            for (Term term : terms) {
                text.append(term.bytes() < 0 ? " -" : sign).append(' ').append(mebibytes(Math.abs(term.bytes())));
                text.append(" (").append(term.name()).append(')');
                sign = " +";
            }
        }
        return text.toString();
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
