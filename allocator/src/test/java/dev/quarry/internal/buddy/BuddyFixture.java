// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.region.Backing;
import dev.quarry.internal.region.CommitLedger;
import dev.quarry.internal.region.NodeRoom;
import dev.quarry.internal.region.Region;
import dev.quarry.internal.region.SimulatedRegions;
import dev.quarry.internal.region.Table;
import dev.quarry.numa.NativeMemory;
import java.lang.reflect.Proxy;

/// A buddy whose pages have addresses and no memory, so that a region of any size costs a test nothing but its tables.
/// The buddy writes to tables alone, never to pages.
final class BuddyFixture implements AutoCloseable {
    static final int GRANULE_PAGES = 16;

    private static final long BASE = 1L << 40;

    /// Every call succeeds and does nothing, and no time passes; one that would have to return another value fails the
    /// test.
    private static final NativeMemory WITHOUT_PAGES = (NativeMemory) Proxy.newProxyInstance(
            BuddyFixture.class.getClassLoader(),
            new Class<?>[] {NativeMemory.class},
            (proxy, method, arguments) -> method.getName().equals("nanoTime") ? 0L : null);

    final CommitLedger ledger;
    final Region region;
    final SpanMap map;
    final long freeBitsAddress;
    final BuddyAllocator buddy;
    boolean recordsCanGrow = true;
    private final SimulatedRegions tables = new SimulatedRegions(0);

    BuddyFixture(long regionPages, long limitPages) {
        this.ledger = new CommitLedger(limitPages << SpanMap.PAGE_SHIFT);
        this.region = new Region(
                WITHOUT_PAGES,
                ledger,
                new DistinctErrors("test", WITHOUT_PAGES),
                BASE,
                regionPages << SpanMap.PAGE_SHIFT,
                0,
                Backing.ON_DEMAND,
                NodeRoom.UNLIMITED);
        Table records = tables.table(regionPages * SpanMap.RECORD_BYTES);
        Table freeBits = tables.table(Long.highestOneBit(FreeMap.tableBytes(regionPages)) * 2);
        this.map = new SpanMap(records.address());
        this.freeBitsAddress = freeBits.address();
        this.buddy = new BuddyAllocator(
                region,
                map,
                freeBitsAddress,
                pages -> recordsCanGrow
                        && records.tryCover(pages * SpanMap.RECORD_BYTES)
                        && freeBits.tryCover(FreeMap.tableBytes(pages)),
                (long) GRANULE_PAGES << SpanMap.PAGE_SHIFT);
    }

    long committedPages() {
        return ledger.committedBytes() >>> SpanMap.PAGE_SHIFT;
    }

    @Override
    public void close() {
        tables.close();
    }
}
