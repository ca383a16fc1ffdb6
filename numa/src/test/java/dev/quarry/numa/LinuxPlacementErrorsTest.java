// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What [LinuxPlacement] makes of answers that the kernel at hand does not give.
class LinuxPlacementErrorsTest {
    private static final int OS_PAGE_BYTES = 4096;
    private static final long ADDRESS = 1 << 30;
    private static final long X86_MOVE_PAGES = 279;

    /// Three calls' worth of pages, all on node 0 at first.
    private final int[] nodeByPage = new int[1300];

    /// What the next calls that move give; after those, 0.
    private final List<Long> results = new ArrayList<>();

    private long queryResult;
    private int moveCalls;
    private final LinuxPlacement placement = new LinuxPlacement("x86_64", OS_PAGE_BYTES, this::movePages);

    /// As move_pages does it: an error moves nothing, and neither does a count of failures, here.
    private long movePages(long number, long self, long count, long addresses, long wanted, long status, long flags) {
        assertEquals(X86_MOVE_PAGES, number);
        assertEquals(0, self);
        boolean isQuery = wanted == 0;
        assertEquals(isQuery ? 0 : 2, flags);
        long result = queryResult;
        if (!isQuery) {
            moveCalls++;
            result = results.isEmpty() ? 0 : results.removeFirst();
        }
        for (int index = 0; index < count && result == 0; index++) {
            int page = (int) ((RawMemory.getLong(addresses + 8L * index) - ADDRESS) / OS_PAGE_BYTES);
            if (!isQuery && nodeByPage[page] >= 0) {
                nodeByPage[page] = RawMemory.getInt(wanted + 4L * index);
            }
            RawMemory.putInt(status + 4L * index, nodeByPage[page]);
        }
        return result;
    }

    private long moveAll() {
        return placement.move(ADDRESS, (long) nodeByPage.length * OS_PAGE_BYTES, 1);
    }

    private static long pages(int count) {
        return (long) count * OS_PAGE_BYTES;
    }

    @Test
    void shouldMoveInSeveralCalls() {
        nodeByPage[600] = -Errno.ENOENT.number();

        assertEquals(pages(1299), moveAll());

        assertEquals(3, moveCalls);
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ENOENT", "ENOMEM"})
    void shouldGiveTheErrorWhenTheCallIsRefused(Errno errno) {
        results.add(0L);
        results.add((long) -errno.number());

        assertEquals(-errno.number(), moveAll());

        assertEquals(2, moveCalls);
    }

    @ParameterizedTest
    @EnumSource(Errno.class)
    void shouldGiveTheErrorWhenTheQuestionIsRefused(Errno errno) {
        queryResult = -errno.number();

        assertEquals(-errno.number(), moveAll());
        assertEquals(-errno.number(), placement.nodesOf(ADDRESS, 600, new int[600]));
    }

    @Test
    void shouldGoOnWhenACallFindsNothingToMove() {
        Arrays.fill(nodeByPage, 0, 512, 1);
        results.add((long) -Errno.ENOENT.number());

        assertEquals(pages(1300), moveAll());
    }

    @Test
    void shouldGoOnWhenSomePagesCannotBeMoved() {
        results.add(512L);

        assertEquals(pages(1300 - 512), moveAll());
        assertEquals(0, nodeByPage[511]);
        assertEquals(1, nodeByPage[512]);
    }

    @Test
    void shouldCountWhatLiesThereAndNotAskAgainWhenTheNodeIsFull() {
        nodeByPage[1299] = 1;
        results.add(0L);
        results.add((long) -Errno.ENOMEM.number());

        assertEquals(pages(513), moveAll());

        assertEquals(2, moveCalls);
    }

    @Test
    void shouldMakeNotResidentOfEveryErrorOfAPage() {
        nodeByPage[0] = -Errno.ENOENT.number();
        nodeByPage[1] = -Errno.EFAULT.number();
        nodeByPage[2] = 1023;
        int[] nodes = new int[4];

        assertEquals(0, placement.nodesOf(ADDRESS, 4, nodes));

        assertArrayEquals(new int[] {-1, -1, 1023, 0}, nodes);
    }

    @Test
    void shouldNumberTheCallsAsTheMachineDoes() {
        List<Long> numbers = new ArrayList<>();
        for (String machine : List.of("x86_64", "aarch64", "riscv64")) {
            LinuxPlacement recorded = new LinuxPlacement(machine, OS_PAGE_BYTES, (number, a, b, c, d, e, f) -> {
                numbers.add(number);
                return 0;
            });
            recorded.bind(ADDRESS, pages(1), Placement.LOCAL, NodeSet.empty());
            recorded.nodesOf(ADDRESS, 1, new int[1]);
        }

        assertEquals(List.of(237L, 279L, 235L, 239L, 235L, 239L), numbers);
    }

    /// The kernel takes one bit less than it is told, and reads whole words.
    @Test
    void shouldTellTheKernelAMaskOfTheLengthThatTheNodesNeed() {
        List<String> masks = new ArrayList<>();
        LinuxPlacement recorded = new LinuxPlacement("x86_64", OS_PAGE_BYTES, (number, a, b, mode, mask, bits, f) -> {
            long last = bits == 1 ? 0 : RawMemory.getLong(mask + (bits - 1) / Byte.SIZE - Long.BYTES);
            masks.add(mode + " " + bits + " " + Long.toHexString(last));
            return 0;
        });

        recorded.bind(ADDRESS, pages(1), Placement.BIND, NodeSet.of(0, 63));
        recorded.bind(ADDRESS, pages(1), Placement.INTERLEAVE, NodeSet.of(0, 64));
        recorded.bind(ADDRESS, pages(1), Placement.PREFERRED, NodeSet.of(1023));
        recorded.bind(ADDRESS, pages(1), Placement.LOCAL, NodeSet.of(5));

        assertEquals(List.of("2 65 8000000000000001", "3 129 1", "1 1025 8000000000000000", "0 1 0"), masks);
    }
}
