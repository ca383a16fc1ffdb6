// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.internal.slab.SimulatedSpace;
import dev.quarry.internal.slab.Space;

/// A pool of arenas on a simulated machine. One thread may play the owners of all of them, one after the other.
final class ArenaFixture implements AutoCloseable {
    private final SimulatedSpace simulated;
    private final ArenaPool pool;

    ArenaFixture(AllocatorConfig.Builder options) {
        this(1, options);
    }

    ArenaFixture(int nodes, AllocatorConfig.Builder options) {
        this.simulated = new SimulatedSpace(nodes, options);
        this.pool = new ArenaPool(space(), simulated.machine().topology());
    }

    Space space() {
        return simulated.space();
    }

    SimulatedSpace simulated() {
        return simulated;
    }

    ArenaPool pool() {
        return pool;
    }

    Arena arena() {
        Arena arena = pool.acquire();
        assertNotNull(arena);
        return arena;
    }

    /// {@return the descriptor of the slab in which a block lies}
    long slabOf(long address) {
        return space().frames.slabAt(address - space().base);
    }

    /// Walks everything, and requires that no slot is lost and no byte is unexplained.
    void verify() {
        assertEquals(0, pool.verify(), "lost slots");
        assertTrue(pool.stats().identityHolds(), () -> pool.stats().toString());
    }

    @Override
    public void close() {
        simulated.close();
    }
}
