// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.ArrayList;
import java.util.List;

/// Regions and tables on a machine that does not exist, for the tests of this layer and the next. Closing it gives the
/// machine's memory back.
public final class SimulatedRegions implements AutoCloseable {
    /// A limit that no test reaches.
    public static final long NO_LIMIT = Long.MAX_VALUE;

    private static final int OS_PAGE_BYTES = 4096;

    private final SimulatedMemory machine;
    private final FaultInjectingMemory os;
    private final CommitLedger ledger;
    private final DistinctErrors errors;
    private final CommitLedger tablesLedger = new CommitLedger(NO_LIMIT);
    private final List<Region> regions = new ArrayList<>();

    /// An ordinary machine.
    /// @param limitBytes the hard limit of the regions; tables have none
    public SimulatedRegions(long limitBytes) {
        this(limitBytes, SimulatedMachine.builder().build());
    }

    /// A machine of one's own making.
    /// @param limitBytes the hard limit of the regions; tables have none
    /// @param machine    what to simulate
    public SimulatedRegions(long limitBytes, SimulatedMachine machine) {
        this.machine = new SimulatedMemory(machine);
        this.os = new FaultInjectingMemory(this.machine);
        this.ledger = new CommitLedger(limitBytes);
        this.errors = new DistinctErrors("test", os);
    }

    /// {@return a new region}
    /// @param byteSize a power of two
    public Region region(long byteSize) {
        return region(byteSize, ledger, Backing.ON_DEMAND);
    }

    Region region(long byteSize, CommitLedger credit, Backing backing) {
        Region region = new Region(
                os, credit, errors, os.reserve(byteSize, byteSize), byteSize, 0, backing, NodeRoom.UNLIMITED);
        regions.add(region);
        return region;
    }

    /// {@return a new table in a region of its own}
    /// @param byteSize of the whole table, a power of two
    public Table table(long byteSize) {
        return new Table(region(byteSize, tablesLedger, Backing.ON_DEMAND), 0, OS_PAGE_BYTES, false);
    }

    /// {@return the machine, to be looked at}
    public SimulatedMemory machine() {
        return machine;
    }

    /// {@return what the regions call, to be made to fail}
    public FaultInjectingMemory os() {
        return os;
    }

    /// {@return the regions' ledger}
    public CommitLedger ledger() {
        return ledger;
    }

    @Override
    public void close() {
        os.disarm();
        regions.forEach(region -> os.release(region.base(), region.byteSize()));
        regions.clear();
    }
}
