// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.InvalidFreeException;
import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.numa.OsThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Arenas of carriers on a simulated system, whose threads one thread plays one after the other.
class CarriersTest {
    private static final long IDLE_NS = 1_000;

    private final ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options());
    private final SimulatedThreads threads = new SimulatedThreads();
    private final Source source = new Source();
    private final Carriers carriers = new Carriers(threads, new ReentrantLock(), source);

    /// Gives arenas of the pool's, unless it is told not to.
    private final class Source implements Carriers.ArenaSource {
        private final List<Arena> back = new ArrayList<>();
        private boolean isEmpty;
        private int asked;

        @Override
        public @Nullable Arena take() {
            asked++;
            return isEmpty ? null : fixture.arena();
        }

        @Override
        public void giveBack(Arena arena) {
            back.add(arena);
        }
    }

    @AfterEach
    void close() {
        fixture.verify();
        fixture.close();
    }

    private Carrier current() {
        Carrier carrier = carriers.current();
        assertNotNull(carrier);
        return carrier;
    }

    private Carrier on(long osThread) {
        threads.current = osThread;
        return current();
    }

    private static void requireGone(Carrier carrier) {
        assertEquals(0, carrier.tryMalloc(64));
        assertFalse(carrier.free(0));
        assertFalse(carrier.tryEnter());
        assertTrue(carrier.isOutside());
    }

    @Test
    void shouldGiveEachCarrierAnArenaOfItsOwn() {
        Carrier first = on(1);
        Carrier second = on(2);

        assertNotSame(first.arena(), second.arena());
        assertSame(first, on(1));
        assertSame(second, on(2));
        assertEquals(2, carriers.count());
        assertEquals(2, source.asked);
    }

    @Test
    void shouldAllocateAndFree() {
        Carrier carrier = current();
        long block = carrier.tryMalloc(100);

        assertNotEquals(0, block);
        assertEquals(1, fixture.pool().stats().liveBlocks());
        assertTrue(carrier.free(block));
        assertEquals(0, fixture.pool().stats().liveBlocks());
        assertTrue(carrier.isOutside());
    }

    @Test
    void shouldBeLeftAfterARefusedFree() {
        Carrier carrier = current();
        long block = carrier.tryMalloc(100);

        assertThrows(InvalidFreeException.class, () -> carrier.free(block + 16));
        assertTrue(carrier.isOutside());
        assertTrue(carrier.free(block));
    }

    @Test
    void shouldSayThatThereIsNoMemory() {
        Carrier carrier = current();

        assertEquals(0, carrier.tryMalloc(SimulatedSpace.NODE_BYTES * 2));
        assertEquals(0, carrier.tryMalloc(-1));
        assertTrue(carrier.isOutside());
    }

    /// A virtual thread that waits in a slow path has left its carrier, and others run there.
    @Test
    void shouldLetNobodyInWhileSomebodyIsInside() {
        Carrier carrier = current();
        long block = carrier.tryMalloc(100);
        assertTrue(carrier.tryEnter());

        assertEquals(0, carrier.tryMalloc(100));
        assertFalse(carrier.free(block));
        assertFalse(carrier.tryEnter());
        assertFalse(carrier.isOutside());

        carrier.leave();
        assertTrue(carrier.free(block));
    }

    @Test
    void shouldEnterForOtherOperations() {
        Carrier carrier = carriers.enter();
        assertNotNull(carrier);
        assertNull(carriers.enter());
        carrier.leave();
        assertSame(carrier, carriers.enter());
        carrier.leave();
    }

    @Test
    void shouldTakeBackWhatNobodyUses() {
        Carrier first = on(1);
        long kept = first.tryMalloc(100);
        assertTrue(first.free(kept));
        Carrier second = on(2);

        carriers.takeBackAll();

        assertEquals(1, threads.fences, "one for all");
        assertEquals(List.of(first.arena(), second.arena()), source.back);
        assertEquals(0, carriers.count());
        requireGone(first);
        requireGone(second);
        assertNotSame(first, on(1), "who is taken back stays so; the carrier gets another one");
    }

    @Test
    void shouldTakeBackLaterWhatIsInUse() {
        Carrier carrier = current();
        assertTrue(carrier.tryEnter());
        carriers.takeBackAll();
        assertEquals(List.of(), source.back);
        assertEquals(1, carriers.count());

        carrier.leave();
        requireGone(carrier);
        assertEquals(1, carriers.takeBackIdle(0, Long.MAX_VALUE), "revoked before, however short it was idle");
        assertEquals(List.of(carrier.arena()), source.back);
    }

    @Test
    void shouldTakeNothingBackWithoutTheFence() {
        Carrier carrier = current();
        threads.isFenceRefused = true;
        carriers.takeBackAll();
        assertEquals(List.of(), source.back);
        requireGone(carrier);

        threads.isFenceRefused = false;
        carriers.takeBackAll();
        assertEquals(List.of(carrier.arena()), source.back);
    }

    @Test
    void shouldTakeBackThoseThatWereNotUsedForAWhile() {
        Carrier busy = on(1);
        Carrier idle = on(2);
        assertEquals(0, carriers.takeBackIdle(0, IDLE_NS));
        assertTrue(busy.free(busy.tryMalloc(100)));
        assertEquals(0, carriers.takeBackIdle(IDLE_NS - 1, IDLE_NS));
        assertTrue(busy.free(busy.tryMalloc(100)));
        assertEquals(0, threads.fences);

        assertEquals(1, carriers.takeBackIdle(IDLE_NS, IDLE_NS));
        assertEquals(List.of(idle.arena()), source.back);
        assertSame(busy, on(1));
    }

    @Test
    void shouldNotAskAgainForAnArenaUntilTheNextRound() {
        source.isEmpty = true;
        assertNull(carriers.current());
        assertNull(carriers.current());
        assertEquals(1, source.asked);

        source.isEmpty = false;
        assertEquals(0, carriers.takeBackIdle(0, IDLE_NS));
        assertNotNull(carriers.current());
        assertEquals(2, source.asked);
    }

    @Test
    void shouldAskForNoneWhereCarriersAreNotKnown() {
        threads.areKnown = false;
        assertNull(carriers.current());
        assertNull(carriers.enter());
        assertEquals(0, source.asked);
    }

    @Test
    void shouldGiveBackAnArenaForACarrierThatIsNotKnown() {
        threads.current = OsThreads.NOBODY;
        assertNull(carriers.current());
        assertEquals(0, carriers.count());
        assertEquals(1, source.back.size());
    }

    @Test
    void shouldSayAtTheCloseWhetherSomebodyIsInside() {
        Carrier first = on(1);
        Carrier second = on(2);
        assertTrue(second.tryEnter());

        assertFalse(carriers.close());
        second.leave();
        assertTrue(carriers.close());
        requireGone(first);
        requireGone(second);
        threads.current = 3;
        assertNull(carriers.current());
        assertEquals(0, carriers.takeBackIdle(0, 0));
        assertNull(carriers.current());
    }

    @Test
    void shouldNotBeSureAtTheCloseWithoutTheFence() {
        current();
        threads.isFenceRefused = true;
        assertFalse(carriers.close());
    }
}
