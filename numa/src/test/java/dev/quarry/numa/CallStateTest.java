// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallStateTest {
    /// As many as there are fixed buffers; no other test of this module makes calls at the same time.
    private static final int FIXED = Long.SIZE;

    private static List<MemorySegment> acquire(int count) {
        List<MemorySegment> buffers = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            buffers.add(CallState.acquire());
        }
        return buffers;
    }

    private static Set<Long> addresses(List<MemorySegment> buffers) {
        Set<Long> addresses = new HashSet<>();
        buffers.forEach(buffer -> addresses.add(buffer.address()));
        return addresses;
    }

    @Test
    void shouldGiveEachHolderItsOwnBufferWhenMoreAreHeldThanThereAreFixed() {
        List<MemorySegment> buffers = acquire(FIXED + 10);

        assertEquals(FIXED + 10, addresses(buffers).size());

        buffers.forEach(CallState::release);
    }

    @Test
    void shouldGiveTheSameBuffersAgainWhenReleased() {
        List<MemorySegment> first = acquire(FIXED);
        first.forEach(CallState::release);
        List<MemorySegment> second = acquire(FIXED);

        assertEquals(addresses(first), addresses(second));

        MemorySegment beyond = CallState.acquire();
        assertFalse(addresses(second).contains(beyond.address()), "all fixed buffers are held");
        CallState.release(beyond);
        CallState.release(second.get(40));
        MemorySegment freed = CallState.acquire();
        assertEquals(second.get(40).address(), freed.address());
        second.forEach(CallState::release);
    }
}
