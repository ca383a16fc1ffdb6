// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.Placement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the kernel says when it refuses to place memory: of its own accord, or as a container's filter makes it.
@InGuest
class RefusalsTest {
    private static final long BYTE_SIZE = 1 << 20;
    private static final NodeSet ABSENT = NodeSet.of(Guest.ABSENT_NODE);

    private final NativeMemory memory = NativeMemory.system();

    private Range range;

    @BeforeEach
    void reserve() {
        range = Range.of(memory, BYTE_SIZE);
    }

    @AfterEach
    void release() {
        range.close();
    }

    private static String assertRefused(OsCall call, Errno errno, Executable executable) {
        NativeMemoryException e = assertThrows(NativeMemoryException.class, executable);
        assertEquals(call, e.call());
        assertTrue(e.is(errno), e.getMessage());
        return String.valueOf(e.getMessage());
    }

    @ParameterizedTest
    @EnumSource(value = Placement.class, mode = EnumSource.Mode.EXCLUDE, names = "LOCAL")
    void shouldSayInvalidWhenNoNodeOfASetIsThere(Placement placement) {
        assertRefused(OsCall.BIND, Errno.EINVAL, () -> range.bind(placement, ABSENT));
    }

    @Test
    void shouldLeaveOutNodesThatAreNotThere() {
        range.bind(Placement.INTERLEAVE, NodeSet.of(1, 3, Guest.ABSENT_NODE)).populate();

        PagesByNode found = range.pagesByNode();
        assertEquals(found.resident(), found.on(1) + found.on(3), found::toString);
    }

    @Test
    void shouldSayNoSuchDeviceWhenMovingToANodeThatIsNotThere() {
        range.bind(Placement.BIND, NodeSet.of(1)).touch();

        assertRefused(OsCall.MOVE, Errno.ENODEV, () -> memory.move(range.address(), BYTE_SIZE, Guest.ABSENT_NODE));
        assertTrue(range.pagesByNode().areAllOn(1), () -> range.pagesByNode().toString());
    }

    /// EPERM is what the filters of container runtimes give, ENOSYS what a kernel without NUMA does.
    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EPERM", "ENOSYS"})
    void shouldFailInASandboxAndLeaveFirstTouch(Errno errno) {
        String[] messages = new String[3];
        try (NodeThread sandboxed = new NodeThread(3)) {
            sandboxed.run(() -> {
                Kernel.refuseInThisThread(errno, Kernel.MBIND, Kernel.MOVE_PAGES);
                messages[0] = assertRefused(OsCall.BIND, errno, () -> range.bind(Placement.BIND, NodeSet.of(1)));
                range.touch();
                messages[1] = assertRefused(OsCall.NODES_OF, errno, range::pagesByNode);
                messages[2] = assertRefused(OsCall.MOVE, errno, () -> memory.move(range.address(), BYTE_SIZE, 1));
            });
        }

        assertTrue(range.pagesByNode().areAllOn(3), () -> range.pagesByNode().toString());
        for (String message : messages) {
            assertEquals(errno == Errno.EPERM, message.contains("CAP_SYS_NICE"), message);
        }
    }
}
