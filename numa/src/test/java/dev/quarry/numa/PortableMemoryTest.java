// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PortableMemoryTest extends NativeMemoryContract {
    @Override
    NativeMemory create() {
        return NativeMemory.portable();
    }

    @Test
    void shouldSayThatItIsPortable() {
        assertTrue(memory.isPortable());
        assertFalse(memory.canRemap());
        assertTrue(memory.description().startsWith("portable"), memory.description());
    }

    @Test
    void shouldSayNotSupportedWhenAskedForWhatNeedsASystem() {
        List<Executable> calls = List.of(
                () -> memory.lock(address, byteSize),
                () -> memory.unlock(address, byteSize),
                () -> memory.bind(address, byteSize, Placement.LOCAL, NodeSet.empty()),
                () -> memory.nodesOf(address, 1, new int[1]),
                () -> memory.move(address, byteSize, 0),
                () -> memory.hugePages(address, byteSize, true),
                () -> memory.collapse(address, byteSize));
        for (Executable call : calls) {
            assertTrue(assertThrows(NativeMemoryException.class, call).is(Errno.EOPNOTSUPP));
        }
        assertFalse(memory.name(address, byteSize, "name"));
        assertEquals(NativeMemory.UNKNOWN, memory.freeBytes(0));
    }

    @Test
    void shouldKeepReservationWhenReleasedInPart() {
        NativeMemoryException e =
                assertThrows(NativeMemoryException.class, () -> memory.release(address, byteSize / 2));

        assertTrue(e.is(Errno.EINVAL), e.getMessage());
        fill(address, byteSize, 1);
        assertFilled(address, byteSize, 1);
    }

    @Test
    void shouldRefuseWhenRangeIsNotReserved() {
        NativeMemoryException e =
                assertThrows(NativeMemoryException.class, () -> memory.purge(address, byteSize + osPageBytes));

        assertEquals(OsCall.PURGE, e.call());
        assertTrue(e.is(Errno.ENOMEM), e.getMessage());
    }
}
