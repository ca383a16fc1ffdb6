// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import static dev.quarry.bench.workload.EveryByte.ALL;
import static dev.quarry.numa.RawMemory.asAddress;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// Blocks that say in their first word how many words they have, and in each other how many are left: so what is lost,
/// or written by another, is found when the block is freed.
///
/// Both loops go by steps of eight words behind [dev.quarry.numa.RawMemory#asAddress], so that an access is checked at
/// most once a step. And both methods are longer than what C2 inlines (`FreqInlineSize`), and mean to be: inlined they
/// take the compiler's budget and the registers from the calls that are measured.
final class CountedWords {
    /// Tells each word of a block from each word of another.
    private static final long COOKIE = 0xbf58_476d_1ce4_e5b9L;

    private static final int STEP_WORDS = 8;
    private static final int STEP_BYTES = STEP_WORDS * Long.BYTES;

    private CountedWords() {}

    static void write(long block, long words) {
        long left = words;
        long address = asAddress(block);
        for (; left >= STEP_WORDS; left -= STEP_WORDS) {
            ALL.set(JAVA_LONG_UNALIGNED, address, left ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 8, left - 1 ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 16, left - 2 ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 24, left - 3 ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 32, left - 4 ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 40, left - 5 ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 48, left - 6 ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 56, left - 7 ^ COOKIE);
            address = asAddress(address + STEP_BYTES);
        }
        for (; left >= 2; left -= 2) {
            ALL.set(JAVA_LONG_UNALIGNED, address, left ^ COOKIE);
            ALL.set(JAVA_LONG_UNALIGNED, address + 8, left - 1 ^ COOKIE);
            address = asAddress(address + 16);
        }
        if (left > 0) {
            ALL.set(JAVA_LONG_UNALIGNED, address, left ^ COOKIE);
        }
    }

    /// Reads every word.
    static void check(long block) {
        long address = asAddress(block);
        final long words = ALL.get(JAVA_LONG_UNALIGNED, address) ^ COOKIE;
        long left = words;
        for (; left >= STEP_WORDS; left -= STEP_WORDS) {
            if (((ALL.get(JAVA_LONG_UNALIGNED, address) ^ left ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 8) ^ left - 1 ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 16) ^ left - 2 ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 24) ^ left - 3 ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 32) ^ left - 4 ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 40) ^ left - 5 ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 48) ^ left - 6 ^ COOKIE)
                            | (ALL.get(JAVA_LONG_UNALIGNED, address + 56) ^ left - 7 ^ COOKIE))
                    != 0) {
                throw lost(block, words);
            }
            address = asAddress(address + STEP_BYTES);
        }
        for (; left > 0; left--) {
            if (ALL.get(JAVA_LONG_UNALIGNED, address) != (left ^ COOKIE)) {
                throw lost(block, words);
            }
            address = asAddress(address + Long.BYTES);
        }
    }

    private static IllegalStateException lost(long block, long words) {
        for (long i = 0; i < words; i++) {
            if (ALL.get(JAVA_LONG_UNALIGNED, block + Long.BYTES * i) != ((words - i) ^ COOKIE)) {
                return new IllegalStateException("word " + i + " of " + words + " at 0x" + Long.toHexString(block)
                        + " is not what was written to it");
            }
        }
        return new IllegalStateException("a word of " + words + " at 0x" + Long.toHexString(block)
                + " was not what was written to it, and now is");
    }
}
