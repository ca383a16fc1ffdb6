// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random programs of one thread, whose blocks and views change objects all the time.
@ExtendWith(WithoutLeakDetection.class)
class BlockStacksTest {
    private static final int STEPS = 60_000;
    private static final int MAX_LIVE = 700;
    private static final int MAX_BYTES = 70_000;

    /// The buffers that live, by address: what no two of them may share.
    private static final class Model {
        private final TreeMap<Long, ByteBuf> byAddress = new TreeMap<>();
        private final List<ByteBuf> live = new ArrayList<>();

        void add(ByteBuf buffer, int mark) {
            long address = buffer.memoryAddress();
            Map.Entry<Long, ByteBuf> before = byAddress.floorEntry(address);
            assertTrue(before == null || endOf(before.getValue()) <= address, "overlaps the one before");
            Long after = byAddress.ceilingKey(address);
            assertTrue(after == null || endOf(buffer) <= after, "overlaps the next one");
            byAddress.put(address, buffer);
            live.add(buffer);
            buffer.setInt(0, mark);
            buffer.setInt(buffer.capacity() - Integer.BYTES, mark);
        }

        private static long endOf(ByteBuf buffer) {
            return buffer.memoryAddress() + buffer.maxFastWritableBytes() + buffer.writerIndex();
        }

        ByteBuf remove(int index) {
            ByteBuf buffer = live.set(index, live.getLast());
            live.removeLast();
            byAddress.remove(buffer.memoryAddress());
            return buffer;
        }

        int size() {
            return live.size();
        }
    }

    private static int size(SplittableRandom random) {
        return random.nextInt(
                Long.BYTES, 1 << random.nextInt(4, Integer.SIZE - Integer.numberOfLeadingZeros(MAX_BYTES)));
    }

    /// Reads by the view what was written by the address: it must be of the block that the buffer has now.
    private static void check(ByteBuf buffer) {
        int last = buffer.capacity() - Integer.BYTES;
        int mark = buffer.getInt(0);
        assertEquals(mark, buffer.getInt(last), "the end of the block");
        assertEquals(mark, buffer.internalNioBuffer(last, Integer.BYTES).getInt(last), "by the view");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldGiveEachBufferABlockOfItsOwn(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Fixture fixture = Fixture.withLimit("64m")) {
            Model model = new Model();
            for (int step = 0; step < STEPS; step++) {
                // Runs of either kind, so that the stacks are filled and emptied.
                boolean isGrowing = (step >>> 8 & 1) == 0;
                if (model.size() == 0 || model.size() < MAX_LIVE && random.nextInt(8) < (isGrowing ? 5 : 3)) {
                    model.add(fixture.buffers().directBuffer(size(random)), step);
                } else {
                    ByteBuf buffer = model.remove(random.nextInt(model.size()));
                    if (random.nextInt(4) == 0) {
                        check(buffer);
                    }
                    assertTrue(buffer.release());
                }
            }
            assertEquals(model.size(), fixture.liveBlocks());
            while (model.size() > 0) {
                assertTrue(model.remove(0).release());
            }
            assertFalse(fixture.memory().stats().lookasideBytes() == 0, "nothing was kept");
            fixture.buffers().trim();
            assertEquals(
                    fixture.memory().stats().mallocs(), fixture.memory().stats().frees());
        }
    }
}
