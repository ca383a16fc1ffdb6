// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static dev.quarry.internal.slab.SimulatedSpace.NODE_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.NumaPolicy;
import dev.quarry.internal.slab.SimulatedSpace;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArenaPoolTest {
    private static final long DELAY_NS = 1_000;
    private static final int ADOPTIONS = 6;
    private static final int MOST_ROUNDS = 50;

    private record Owned(Thread owner, Arena arena, AtomicInteger unbound) implements ArenaPool.Binding {
        @Override
        public boolean isBound() {
            return unbound.get() == 0;
        }

        @Override
        public void bind(Arena another) {
            throw new UnsupportedOperationException("the owners of this test do not come back");
        }

        @Override
        public void suspend() {
            assertTrue(isBound());
        }

        @Override
        public void resume() {
            assertTrue(isBound());
        }

        @Override
        public void unbind() {
            unbound.incrementAndGet();
        }
    }

    private static Thread endedThread() throws InterruptedException {
        Thread thread = new Thread(() -> {});
        thread.start();
        thread.join();
        return thread;
    }

    @Test
    void shouldGiveNoMoreArenasThanTheCap() {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options().arenasMax(2))) {
            Arena first = fixture.arena();
            Arena second = fixture.arena();
            assertNotEquals(first.id(), second.id());
            assertNull(fixture.pool().acquire());

            assertNotNull(fixture.pool().lockStripe(), "stripes do not count");
            assertNull(fixture.pool().acquire());
            assertEquals(3, fixture.pool().arenaCount());
        }
    }

    @Test
    void shouldGiveAnArenaOfTheThreadsNode() {
        try (ArenaFixture fixture = new ArenaFixture(2, SimulatedSpace.options())) {
            fixture.space().place();
            fixture.simulated().machine().runOn(3);
            Arena arena = fixture.arena();
            assertEquals(1, arena.zone().index());

            long block = arena.malloc(100);
            long span = arena.malloc(100_000);
            assertSame(fixture.space().zones()[1], fixture.space().zoneAt(block - fixture.space().base));
            assertSame(fixture.space().zones()[1], fixture.space().zoneAt(span - fixture.space().base));
            assertEquals(1, fixture.simulated().machine().nodeOf(block));
        }
    }

    @Test
    void shouldBringBlocksHomeToTheirNode() {
        try (ArenaFixture fixture = new ArenaFixture(2, SimulatedSpace.options())) {
            Arena here = fixture.arena();
            long block = here.malloc(100);
            long span = here.malloc(100_000);
            fixture.simulated().machine().runOn(3);
            Arena there = fixture.arena();
            there.free(block);
            there.free(span);
            there.trim();
            here.trim();

            assertEquals(0, there.zone().pages().dirtyFreeBytes());
            assertTrue(here.zone().pages().dirtyFreeBytes() >= 100_000);
            assertEquals(0, fixture.pool().stats().liveBlocks());
            fixture.verify();
        }
    }

    @Test
    void shouldAdoptTheArenaOfAnEndedThreadWithinATick() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Arena arena = fixture.arena();
            Arena ofTheLiving = fixture.arena();
            long block = arena.malloc(100);
            AtomicInteger unbound = new AtomicInteger();
            fixture.pool().bind(new Owned(endedThread(), arena, unbound));
            fixture.pool().bind(new Owned(Thread.currentThread(), ofTheLiving, unbound));

            assertTrue(fixture.pool().tick(0, DELAY_NS) > 0);
            assertEquals(1, unbound.get());
            assertEquals(1, fixture.pool().adoptions());
            assertEquals(1, fixture.pool().idleCount());
            assertEquals(1, fixture.pool().stats().liveBlocks(), "the block outlives its thread");
            assertSame(arena, fixture.arena(), "the arena serves the next thread");
            arena.free(block);
            fixture.verify();
        }
    }

    @Test
    void shouldAdoptOneArenaForEachThreadThatNeedsOne() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Thread ended = endedThread();
            for (Arena arena : List.of(fixture.arena(), fixture.arena(), fixture.arena())) {
                arena.malloc(100);
                fixture.pool().bind(new Owned(ended, arena, new AtomicInteger()));
            }

            fixture.arena();
            assertEquals(1, fixture.pool().adoptions(), "a thread waits for one adoption, however many have ended");
            fixture.arena();
            assertEquals(2, fixture.pool().adoptions());
            assertEquals(3, fixture.pool().arenaCount(), "none is made while there is one to adopt");
            assertEquals(1, fixture.pool().tick(0, DELAY_NS));
            assertEquals(3, fixture.pool().adoptions());
            assertEquals(3, fixture.pool().stats().liveBlocks());
            fixture.verify();
        }
    }

    /// On a busy machine a thread may wake up too late now and then, but not always.
    @Test
    void shouldLetAThreadInBetweenTwoAdoptions() throws InterruptedException {
        boolean isLetIn = false;
        for (int round = 0; round < MOST_ROUNDS && !isLetIn; round++) {
            isLetIn = adoptionsBeforeAComer() == 1;
        }
        assertTrue(isLetIn, "who needs an arena has to wait for more than the one adoption");
    }

    private static int adoptionsBeforeAComer() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Thread ended = endedThread();
            AtomicInteger unbound = new AtomicInteger();
            AtomicInteger unboundBefore = new AtomicInteger();
            Thread comer = new Thread(() -> {
                fixture.arena();
                unboundBefore.set(unbound.get());
            });
            List<Arena> arenas =
                    Stream.generate(fixture::arena).limit(ADOPTIONS).toList();
            for (Arena arena : arenas) {
                fixture.pool().bind(new OneOfMany(new Owned(ended, arena, unbound), comer));
            }

            fixture.pool().tick(0, DELAY_NS);
            comer.join();
            assertEquals(ADOPTIONS, unbound.get());
            assertTrue(unboundBefore.get() > 0, "the thread comes with the first adoption");
            return unboundBefore.get();
        }
    }

    /// With the first that is adopted somebody comes and waits.
    private record OneOfMany(Owned owned, Thread comer) implements ArenaPool.Binding {
        @Override
        public Thread owner() {
            return owned.owner();
        }

        @Override
        public Arena arena() {
            return owned.arena();
        }

        @Override
        public boolean isBound() {
            return owned.isBound();
        }

        @Override
        public void bind(Arena another) {
            owned.bind(another);
        }

        @Override
        public void suspend() {
            owned.suspend();
        }

        @Override
        public void resume() {
            owned.resume();
        }

        @Override
        public void unbind() {
            owned.unbind();
            if (comer.getState() == Thread.State.NEW) {
                comer.start();
                while (comer.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void shouldEndAPolicyWithItsThread() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(2, SimulatedSpace.options())) {
            Arena arena = fixture.arena();
            NumaPolicy before = arena.policy();
            arena.use(NumaPolicy.bind(1));
            fixture.pool().bind(new Owned(endedThread(), arena, new AtomicInteger()));

            assertSame(arena, fixture.arena(), "the arena serves the next thread");
            assertEquals(before, arena.policy());
        }
    }

    @Test
    void shouldCollectWhatTheTrimSendsToTheCaller() {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Arena own = fixture.arena();
            long block = own.malloc(100);
            Stripe stripe = fixture.pool().lockStripe();
            assertNotNull(stripe);
            stripe.arena().free(block);
            stripe.unlock();

            fixture.pool().reclaim().trim(own);
            assertEquals(0, fixture.pool().stats().lookasideBytes());
            assertEquals(0, fixture.pool().stats().slabFreeBytes());
            fixture.verify();
        }
    }

    @Test
    void shouldAdoptBeforeItMakesAnotherArena() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            for (int thread = 0; thread < 50; thread++) {
                Arena arena = fixture.arena();
                assertNotEquals(0, arena.malloc(100));
                fixture.pool().bind(new Owned(endedThread(), arena, new AtomicInteger()));
            }
            assertEquals(1, fixture.pool().arenaCount());
            assertEquals(50, fixture.pool().stats().liveBlocks());
            fixture.verify();
        }
    }

    @Test
    void shouldReadTheMailOfIdleArenasAndStripes() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Stripe stripe = fixture.pool().lockStripe();
            assertNotNull(stripe);
            long block = stripe.arena().malloc(100);
            stripe.unlock();
            Arena freer = fixture.arena();
            freer.free(block);
            freer.trim();
            fixture.pool().tick(0, DELAY_NS);

            assertEquals(1, stripe.arena().slabs().mail().collectedRemote());
            fixture.verify();
        }
    }

    @Test
    void shouldTakeAnotherStripeWhenOneIsTaken() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options().arenasStripes(2))) {
            Stripe first = fixture.pool().lockStripe();
            Stripe[] second = new Stripe[1];
            Thread other = new Thread(() -> second[0] = fixture.pool().lockStripe());
            other.start();
            other.join();

            assertNotNull(first);
            assertNotNull(second[0]);
            assertNotEquals(first.arena().id(), second[0].arena().id());
        }
    }

    /// Who goes on trying keeps others from running: of virtual threads the very one that has the stripe.
    private static Thread startWaiting(Runnable call) throws InterruptedException {
        Thread waiting = new Thread(call);
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            assertNotEquals(Thread.State.TERMINATED, waiting.getState());
            Thread.onSpinWait();
        }
        return waiting;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWaitForAStripeWhenAllAreTaken(boolean isInterrupted) throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options().arenasStripes(1))) {
            Stripe taken = fixture.pool().lockStripe();
            assertNotNull(taken);
            AtomicReference<Stripe> got = new AtomicReference<>();
            AtomicBoolean knowsOfTheInterrupt = new AtomicBoolean();
            Thread waiting = startWaiting(() -> {
                got.set(fixture.pool().lockStripe());
                knowsOfTheInterrupt.set(Thread.currentThread().isInterrupted());
            });
            if (isInterrupted) {
                waiting.interrupt();
            }
            assertNull(got.get());
            taken.unlock();
            waiting.join();
            assertSame(taken, got.get());
            assertEquals(isInterrupted, knowsOfTheInterrupt.get());
        }
    }

    @Test
    void shouldNotWaitForAStripeOfAPoolThatIsClosed() throws InterruptedException {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options().arenasStripes(1))) {
            Stripe taken = fixture.pool().lockStripe();
            assertNotNull(taken);
            AtomicReference<Stripe> got = new AtomicReference<>(taken);
            Thread waiting = startWaiting(() -> got.set(fixture.pool().lockStripe()));
            fixture.pool().close(Thread.currentThread());
            waiting.join();
            assertNull(got.get());
            taken.unlock();
        }
    }

    @Test
    void shouldGiveNoArenaWithoutMemoryForItsRecord() {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            long left = NODE_BYTES - fixture.space().ledger().committedBytes();
            assertTrue(fixture.space().ledger().tryTake(left));
            Arena arena;
            int made = 0;
            while ((arena = fixture.pool().acquire()) != null) {
                assertEquals(++made, arena.id());
            }
            Stripe spare = fixture.pool().lockStripe();
            assertNotNull(spare, "one stripe has its record from the start");
            assertEquals(made + 1, spare.arena().id());
            spare.unlock();
            fixture.space().ledger().giveBack(left);
            assertEquals(made + 2, fixture.arena().id());
        }
    }

    @Test
    void shouldFreeByAStripeWithoutMemoryForOne() {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            long block = fixture.arena().malloc(100);
            assertTrue(fixture.space()
                    .ledger()
                    .tryTake(NODE_BYTES - fixture.space().ledger().committedBytes()));
            while (fixture.pool().acquire() != null) {
                assertNotEquals(0, fixture.pool().arenaCount());
            }
            Stripe stripe = fixture.pool().lockStripe();
            assertNotNull(stripe);
            stripe.arena().free(block);
            stripe.unlock();
            assertEquals(0, fixture.pool().stats().liveBlocks());
        }
    }

    @Test
    void shouldServeNobodyWhenItIsClosed() {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            Arena arena = fixture.arena();
            long block = arena.malloc(100);
            AtomicInteger unbound = new AtomicInteger();
            fixture.pool().bind(new Owned(Thread.currentThread(), arena, unbound));

            assertTrue(fixture.pool().close(Thread.currentThread()));
            assertEquals(1, unbound.get());
            assertNull(fixture.pool().acquire());
            assertNull(fixture.pool().lockStripe());
            assertEquals(0, arena.malloc(100));
            assertEquals(0, arena.malloc(100_000));
            assertTrue(arena.isClosed());
            assertEquals(0, arena.calloc(100));
            assertNotEquals(0, block);
        }
    }

    @Test
    void shouldTellWhenAnotherThreadMayStillBeInside() {
        try (ArenaFixture fixture = new ArenaFixture(SimulatedSpace.options())) {
            fixture.pool().bind(new Owned(Thread.currentThread(), fixture.arena(), new AtomicInteger()));

            assertFalse(fixture.pool().close(new Thread(() -> {})));
        }
    }
}
