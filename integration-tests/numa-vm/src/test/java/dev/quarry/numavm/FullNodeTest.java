// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the kernel does when a node is full, and when its neighbour is full too.
@InGuest
class FullNodeTest {
    private static final int NODE = 2;
    private static final int NEIGHBOUR = Guest.neighbourOf(NODE);
    private static final long BYTE_SIZE = 32 << 20;

    /// How much of a range may lie on the full node all the same: a little is free there at any time.
    private static final double LITTLE = 0.2;

    /// So often at most the kernel may free more of the full node than a little, before that is what the test finds.
    private static final int ATTEMPTS = 10;

    private static final NativeMemory MEMORY = NativeMemory.system();

    private static FullNode full;

    @BeforeAll
    static void fill() {
        full = new FullNode(MEMORY, NODE);
    }

    @AfterAll
    static void release() {
        full.close();
    }

    @Test
    void shouldTakeWhatIsPreferredFromTheNearestNode() {
        PagesByNode found = pagesWhenFull(
                () -> newRange().bind(Placement.PREFERRED, NodeSet.of(NODE)).populate(), NODE);

        assertTrue(found.share(NODE) <= LITTLE, found::toString);
        assertEquals(found.resident(), found.on(NODE) + found.on(NEIGHBOUR), found::toString);
    }

    @Test
    void shouldTakeWhatIsTouchedThereFromTheNearestNode() {
        try (NodeThread thread = new NodeThread(NODE)) {
            PagesByNode found = pagesWhenFull(() -> thread.call(newRange()::touch), NODE);

            assertTrue(found.share(NODE) <= LITTLE, found::toString);
            assertEquals(found.resident(), found.on(NODE) + found.on(NEIGHBOUR), found::toString);
        }
    }

    @Test
    void shouldTakeWhatIsBoundToBothFromTheOther() {
        try (NodeThread thread = new NodeThread(NODE)) {
            PagesByNode found = pagesWhenFull(
                    () -> thread.call(newRange().bind(Placement.BIND, NodeSet.of(0, NODE))::populate), NODE);

            assertTrue(found.share(NODE) <= LITTLE, found::toString);
            assertEquals(found.resident(), found.on(NODE) + found.on(0), found::toString);
        }
    }

    @Test
    void shouldGoFarWhenTheNearestNodeIsFullToo() {
        try (FullNode neighbour = new FullNode(MEMORY, NEIGHBOUR)) {
            PagesByNode found = pagesWhenFull(
                    () -> {
                        neighbour.fill();
                        return newRange()
                                .bind(Placement.PREFERRED, NodeSet.of(NODE))
                                .populate();
                    },
                    NODE,
                    NEIGHBOUR);

            assertTrue(found.share(NODE, NEIGHBOUR) <= LITTLE, found::toString);
        }
    }

    @Test
    void shouldMoveOnlyWhatThereIsRoomFor() {
        // More than the kernel can make room for by giving up files.
        long byteSize = 4 * BYTE_SIZE;
        try (Range range = Range.of(MEMORY, byteSize).bind(Placement.BIND, NodeSet.of(0))) {
            range.touch();
            full.fill();

            long there = MEMORY.move(range.address(), byteSize, NODE);

            PagesByNode found = range.pagesByNode();
            assertTrue(there < byteSize, there + " bytes");
            assertEquals(there / MEMORY.osPageBytes(), found.on(NODE), found::toString);
            assertEquals(found.resident(), found.on(NODE) + found.on(0), found::toString);
            assertTrue(range.isAsTouched());
        }
    }

    /// Populating is no way to ask: the kernel does not refuse, it ends a process. Who binds has to keep account.
    @Test
    void shouldEndTheProcessThatPopulatesMoreThanItsNodeHas() {
        full.fill();

        Children.Ended ended = Children.run(List.of(), Overfilling.class);

        assertEquals("populating\n", ended.output());
        assertEquals(128 + 9, ended.exitCode());
    }

    /// Where the pages of a range lie that is made resident while some nodes are full. The kernel may free memory there
    /// between the filling and the range, up to its high watermark and as long as it has files to give up: a range that
    /// got such memory keeps it for the time, and another one is asked for.
    private static PagesByNode pagesWhenFull(Supplier<Range> resident, int... fullNodes) {
        List<Range> ranges = new ArrayList<>();
        try {
            PagesByNode found;
            do {
                full.fill();
                ranges.add(resident.get());
                found = ranges.getLast().pagesByNode();
            } while (found.share(fullNodes) > LITTLE && ranges.size() < ATTEMPTS);
            return found;
        } finally {
            ranges.forEach(Range::close);
        }
    }

    private static Range newRange() {
        return Range.of(MEMORY, BYTE_SIZE);
    }

    /// Populates more of the full node than is left of it, as the process that the kernel would end first.
    static final class Overfilling {
        private Overfilling() {}

        public static void main(String[] arguments) throws IOException {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
            System.out.println("populating");
            Range.of(MEMORY, 4 * BYTE_SIZE)
                    .bind(Placement.BIND, NodeSet.of(NODE))
                    .populate();
            System.out.println("populated");
        }
    }
}
