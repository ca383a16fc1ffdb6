// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;

/// Numbers in a kernel's file that is read again and again: the bytes go to one array, and nothing else is made of
/// them.
///
/// What cannot be read counts as empty. Not thread-safe.
final class KernelFile {
    /// The longest of those files, the statistics of a cgroup, has about 2 KiB; of what is longer the start is read.
    private static final int MAX_BYTES = 8 << 10;

    /// A number of more digits is a way to say that there is no limit.
    private static final int MAX_DIGITS = 18;

    private static final int MAX_WHOLE = 10_000_000;

    private final byte[] bytes = new byte[MAX_BYTES];
    private int length;

    /// Reads a file in the place of the one before.
    KernelFile read(File file) {
        length = 0;
        try (FileInputStream stream = new FileInputStream(file)) {
            length = stream.readNBytes(bytes, 0, bytes.length);
        } catch (IOException unreadable) {
            length = 0;
        }
        return this;
    }

    /// {@return the number that the file starts with; -1 where it does not, as with `max`}
    long number() {
        return numberAt(0);
    }

    /// {@return the number in the line with this start; -1 where there is none}
    /// @param start all that stands before the number but blanks, such as `MemTotal:` or `inactive_file `
    long numberAfter(String start) {
        int at = after(start);
        return at < 0 ? -1 : numberAt(at);
    }

    /// {@return a hundred times the number with two decimals in the line with this start; -1 where there is none}
    /// @param start all that stands before the number, such as `some avg10=`
    int hundredthsAfter(String start) {
        int at = after(start);
        int point = at < 0 ? -1 : endOfDigits(at);
        long whole = at < 0 ? -1 : numberAt(at);
        boolean hasDecimals = point >= 0 && endOfDigits(point + 1) == point + 3 && bytes[point] == '.';
        return whole >= 0 && whole < MAX_WHOLE && hasDecimals ? (int) (whole * 100 + digits(point + 1, point + 3)) : -1;
    }

    /// Where the line goes on that has this start, behind blanks; -1 where none has.
    private int after(String start) {
        for (int line = 0; line < length; line = lineEnd(line) + 1) {
            if (startsWith(line, start)) {
                int at = line + start.length();
                while (at < length && bytes[at] == ' ') {
                    at++;
                }
                return at;
            }
        }
        return -1;
    }

    private boolean startsWith(int line, String start) {
        if (line + start.length() > length) {
            return false;
        }
        for (int index = 0; index < start.length(); index++) {
            if (bytes[line + index] != start.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    private int lineEnd(int from) {
        int end = from;
        while (end < length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private long numberAt(int start) {
        int end = endOfDigits(start);
        return end > start && end - start <= MAX_DIGITS ? digits(start, end) : -1;
    }

    private int endOfDigits(int start) {
        int end = start;
        while (end < length && bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        return end;
    }

    private long digits(int start, int end) {
        long value = 0;
        for (int index = start; index < end; index++) {
            value = value * 10 + bytes[index] - '0';
        }
        return value;
    }
}
