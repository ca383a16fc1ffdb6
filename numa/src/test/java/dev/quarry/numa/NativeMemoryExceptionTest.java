// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NativeMemoryExceptionTest {
    @Test
    void shouldSayWhatWasCalledWhereAndWhy() {
        NativeMemoryException e = new NativeMemoryException(OsCall.PURGE, Errno.EINVAL, 0x7f00_0000_1000L, 64L << 20);

        assertEquals(
                "madvise(MADV_DONTNEED) of 64 MiB at 0x7f0000001000 failed: EINVAL (22) Invalid argument",
                e.getMessage());
        assertEquals(OsCall.PURGE, e.call());
        assertEquals(22, e.errno());
        assertEquals("EINVAL", e.errnoName());
        assertTrue(e.is(Errno.EINVAL));
        assertFalse(e.is(Errno.ENOMEM));
        assertEquals(0x7f00_0000_1000L, e.address());
        assertEquals(64L << 20, e.byteSize());
    }

    @Test
    void shouldLeaveOutTheAddressWhenTheSystemWasToChoose() {
        assertTrue(new NativeMemoryException(OsCall.RESERVE, Errno.EAGAIN, 0, 4096)
                .getMessage()
                .startsWith("mmap of 4 KiB failed: EAGAIN (11) "));
    }

    @ParameterizedTest
    @CsvSource({
        "RESERVE, ENOMEM, vm.max_map_count",
        "COMMIT, ENOMEM, RLIMIT_AS",
        "COMMIT, ENOMEM, vm.overcommit_memory",
        "REMAP, ENOMEM, vm.max_map_count",
        "LOCK, ENOMEM, RLIMIT_MEMLOCK",
        "LOCK, EAGAIN, RLIMIT_MEMLOCK",
        "LOCK, EPERM, RLIMIT_MEMLOCK",
        "BIND, EPERM, forbid mbind: grant CAP_SYS_NICE",
        "NODES_OF, EPERM, forbid move_pages: grant CAP_SYS_NICE",
        "MOVE, EPERM, forbid move_pages: grant CAP_SYS_NICE"
    })
    void shouldHintWhenAnOperatorCanHelp(OsCall call, Errno errno, String hint) {
        String message = new NativeMemoryException(call, errno, 4096, 4096).getMessage();

        assertTrue(message.contains(hint), message);
    }

    @ParameterizedTest
    @EnumSource(value = Errno.class)
    void shouldEndWithTheDescriptionWhenThereIsNoHint(Errno errno) {
        String message = new NativeMemoryException(OsCall.RESIDENT, errno, 4096, 4096).getMessage();

        assertTrue(message.endsWith("failed: " + errno + " (" + errno.number() + ") " + errno.description()), message);
        assertEquals(errno, Errno.of(errno.number()));
    }

    @Test
    void shouldShowTheNumberWhenTheErrorIsUnknown() {
        NativeMemoryException e = new NativeMemoryException(OsCall.LOCK, 999, 4096, 1);

        assertEquals("mlock of 1 byte at 0x1000 failed: errno 999", e.getMessage());
        assertEquals("errno 999", e.errnoName());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "1023, 1023 bytes",
        "1024, 1 KiB",
        "1536, 1.5 KiB (1536 bytes)",
        "1048575, 1024.0 KiB (1048575 bytes)",
        "67108864, 64 MiB",
        "67112960, 64.0 MiB (67112960 bytes)",
        "4611686018427387904, 4 EiB",
        "9223372036854775807, 8.0 EiB (9223372036854775807 bytes)"
    })
    void shouldWriteSizesForPeople(long byteSize, String expected) {
        assertEquals(expected, ByteSizes.describe(byteSize));
    }
}
