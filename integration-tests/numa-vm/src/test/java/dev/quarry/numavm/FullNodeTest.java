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
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the kernel does when a node is full, and when its neighbour is full too.
@InGuest
class FullNodeTest {
    private static final int NODE = 2;
    private static final int NEIGHBOUR = Guest.neighbourOf(NODE);
    private static final long BYTE_SIZE = 32 << 20;

    /// The kernel frees a little of a full node in the background, and gives that away too.
    private static final double MOST = 0.8;

    private static final NativeMemory MEMORY = NativeMemory.system();

    private static FullNode full;

    @BeforeAll
    static void fill() {
        full = new FullNode(MEMORY, NODE);
    }

    /// What the kernel has freed there since.
    @BeforeEach
    void fillAgain() {
        full.fill();
    }

    @AfterAll
    static void release() {
        full.close();
    }

    @Test
    void shouldTakeWhatIsPreferredFromTheNearestNode() {
        try (Range range = Range.of(MEMORY, BYTE_SIZE).bind(Placement.PREFERRED, NodeSet.of(NODE))) {
            PagesByNode found = range.populate().pagesByNode();

            assertTrue(found.share(NEIGHBOUR) > MOST, found::toString);
            assertEquals(found.resident(), found.on(NODE) + found.on(NEIGHBOUR), found::toString);
        }
    }

    @Test
    void shouldTakeWhatIsTouchedThereFromTheNearestNode() {
        try (Range range = Range.of(MEMORY, BYTE_SIZE);
                NodeThread thread = new NodeThread(NODE)) {
            PagesByNode found = thread.call(range::touch).pagesByNode();

            assertTrue(found.share(NEIGHBOUR) > MOST, found::toString);
            assertEquals(found.resident(), found.on(NODE) + found.on(NEIGHBOUR), found::toString);
        }
    }

    @Test
    void shouldTakeWhatIsBoundToBothFromTheOther() {
        try (Range range = Range.of(MEMORY, BYTE_SIZE).bind(Placement.BIND, NodeSet.of(0, NODE));
                NodeThread thread = new NodeThread(NODE)) {
            PagesByNode found = thread.call(range::populate).pagesByNode();

            assertTrue(found.share(0) > MOST, found::toString);
            assertEquals(found.resident(), found.on(NODE) + found.on(0), found::toString);
        }
    }

    @Test
    void shouldGoFarWhenTheNearestNodeIsFullToo() {
        try (FullNode neighbour = new FullNode(MEMORY, NEIGHBOUR);
                Range range = Range.of(MEMORY, BYTE_SIZE).bind(Placement.PREFERRED, NodeSet.of(NODE))) {
            full.fill();
            neighbour.fill();

            PagesByNode found = range.populate().pagesByNode();

            assertTrue(found.share(0) + found.share(1) > MOST, found::toString);
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
        Children.Ended ended = Children.run(List.of(), Overfilling.class);

        assertEquals("populating\n", ended.output());
        assertEquals(128 + 9, ended.exitCode());
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
