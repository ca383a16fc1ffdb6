// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.util.BitSet;

/// The kernel's way to write a set of numbers: `0-3,8,10-11`.
final class NumberLists {
    private NumberLists() {}

    /// Reads a list. Surrounding white space is ignored; an empty list is the empty set.
    ///
    /// @throws IllegalArgumentException if it is none; the message quotes the wrong part
    static BitSet parse(String list, int endExclusive) {
        BitSet numbers = new BitSet();
        String trimmed = list.strip();
        if (!trimmed.isEmpty()) {
            for (String part : trimmed.split(",", -1)) {
                addRange(numbers, part.strip(), trimmed, endExclusive);
            }
        }
        return numbers;
    }

    private static void addRange(BitSet numbers, String part, String list, int endExclusive) {
        int dash = part.indexOf('-');
        int first = number(dash < 0 ? part : part.substring(0, dash));
        int last = dash < 0 ? first : number(part.substring(dash + 1));
        if (first < 0 || last < first || last >= endExclusive) {
            throw new IllegalArgumentException("'" + part + "' in the list '" + list
                    + "' is neither a number nor a range such as 0-3, with numbers below " + endExclusive);
        }
        numbers.set(first, last + 1);
    }

    /// The number that the digits make; -1 when they make none, or one that is larger than any list's.
    static int number(String digits) {
        return (int) number(digits, 5);
    }

    /// The number that the digits make; -1 when there are none, or more than so many, or anything else.
    static long number(String digits, int maxDigits) {
        if (digits.isEmpty() || digits.length() > maxDigits) {
            return -1;
        }
        for (int index = 0; index < digits.length(); index++) {
            if (digits.charAt(index) < '0' || digits.charAt(index) > '9') {
                return -1;
            }
        }
        return Long.parseLong(digits);
    }

    static String describe(BitSet numbers) {
        StringBuilder list = new StringBuilder();
        for (int first = numbers.nextSetBit(0); first >= 0; ) {
            int end = numbers.nextClearBit(first);
            list.append(list.isEmpty() ? "" : ",").append(first);
            if (end - first > 1) {
                list.append('-').append(end - 1);
            }
            first = numbers.nextSetBit(end);
        }
        return list.toString();
    }
}
