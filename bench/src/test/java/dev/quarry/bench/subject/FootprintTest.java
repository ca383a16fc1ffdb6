// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FootprintTest {
    private static final String HEAP = """
            5581c0000000-5581c0021000 rw-p 00000000 00:00 0                          [heap]
            Size:                132 kB
            Rss:                  64 kB
            """;

    private static final String NAMED = """
            7f0000000000-7f0000100000 rw-p 00000000 00:00 0                          [anon:quarry region 0]
            Size:               1024 kB
            Rss:                 512 kB
            AnonHugePages:         0 kB
            VmFlags: rd wr mr mw me ac
            a00000000000-a00000010000 rw-p 00000000 00:00 0                          [anon:quarry shadow]
            Rss:                   8 kB
            """;

    @Test
    void shouldSumNamedMappingsOnly() {
        assertEquals(OptionalLong.of(520 * 1024), Footprint.sumResident((HEAP + NAMED + HEAP).lines()));
    }

    @Test
    void shouldKnowNothingWhereTheKernelKeepsNoNames() {
        assertEquals(OptionalLong.empty(), Footprint.sumResident(HEAP.lines()));
    }
}
