// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.internal.slab.SimulatedSpace.NODE_BYTES;
import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.HugePages;
import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpaceTest {
    private static final int[] ONE_NODE = {0};

    @Test
    void shouldPutEachZoneOnItsNode() {
        try (SimulatedSpace fixture = new SimulatedSpace(3, SimulatedSpace.options())) {
            Space space = fixture.space();
            space.place();
            assertEquals(List.of(), space.refusals());
            assertEquals(3, space.nodeZones().length);
            assertEquals(4, space.zones().length, "one more, for what is interleaved");
            assertEquals(4 * NODE_BYTES, space.byteSize, "rounded up to a power of two of nodes");
            for (Zone zone : space.nodeZones()) {
                long address = zone.allocateSpan(4, 0, Zone.DIRECT, 1) & ~1L;
                assertEquals(space.base + zone.index() * NODE_BYTES, zone.base());
                assertSame(zone, space.zoneAt(address - space.base));
                assertSame(zone, space.zoneAt(zone.base() + NODE_BYTES - 1 - space.base));
                assertEquals(zone.index(), fixture.machine().nodeOf(address));
                zone.verify();
            }
        }
    }

    @Test
    void shouldNameTheFirstZoneWhereThereIsNone() {
        try (SimulatedSpace fixture = new SimulatedSpace(4, SimulatedSpace.options())) {
            Space space = fixture.space();
            assertSame(space.zones()[0], space.zoneAt(space.byteSize - 1));
        }
    }

    @Test
    void shouldRememberWhatTheSystemRefusedAndGoOn() {
        SimulatedMachine sandbox = SimulatedMachine.builder()
                .nodes(2, 2, 2 * NODE_BYTES)
                .canBind(false)
                .build();
        try (SimulatedSpace fixture = new SimulatedSpace(sandbox, SimulatedSpace.options())) {
            fixture.space().place();
            assertEquals(
                    List.of(
                            "binding to nodes 0-1 was refused (EPERM): memory comes from the node that first touches it"),
                    fixture.space().refusals());
            assertEquals(3, fixture.space().bindRefusals());
            assertNotEquals(0, fixture.zone().allocateSpan(1, 0, Zone.DIRECT, 1));
        }
    }

    @Test
    void shouldRememberThatHugePagesWereRefused() {
        try (SimulatedSpace fixture =
                new SimulatedSpace(1, SimulatedSpace.options().hugePages(HugePages.TRANSPARENT))) {
            fixture.os().failNth(OsCall.HUGE_PAGES, 1, Errno.EINVAL);
            fixture.space().place();
            assertEquals(
                    List.of("huge pages was refused (EINVAL)"), fixture.space().refusals());
        }
    }

    @Test
    void shouldFindTheNullSlabEverywhereAtFirst() {
        try (SimulatedSpace fixture = new SimulatedSpace()) {
            Space space = fixture.space();
            for (long offset = 0; offset < space.byteSize; offset += SizeClasses.FRAME_BYTES) {
                assertEquals(space.nullSlab, space.frames.slabAt(offset));
            }
            space.metadata().verify();
        }
    }

    @Test
    void shouldCountTheMetadataThatItCommits() {
        try (SimulatedSpace fixture = new SimulatedSpace()) {
            Space space = fixture.space();
            assertEquals(space.ledger().committedBytes(), space.metadataBytes());
            fixture.zone().takeSlab(0, 1);
            long data = fixture.zone().pages().region().committedBytes();
            assertTrue(data > 0);
            assertEquals(space.ledger().committedBytes(), space.metadataBytes() + data);
        }
    }

    @Test
    void shouldReuseTheRangesOfAClosedSpaceCleanly() {
        try (SimulatedSpace fixture = new SimulatedSpace()) {
            Space first = fixture.space();
            long address = fixture.zone().allocateSpan(4, 0, Zone.DIRECT, 1) & ~1L;
            putLong(address, 42);
            fixture.zone().takeSlab(3, 1);
            first.close(true);
            assertEquals(0, first.ledger().committedBytes());

            Space second = new Space(fixture.os(), first.config(), ONE_NODE);
            assertEquals(first.base, second.base);
            assertEquals(first.nullSlab, second.nullSlab);
            assertEquals(2, fixture.os().calls(OsCall.RESERVE));
            assertEquals(address | 1, second.zones()[0].allocateSpan(4, 0, Zone.DIRECT, 1), "it reads as zero");
            second.zones()[0].verify();
            second.metadata().verify();
        }
    }

    @Test
    void shouldKeepTheMetadataOfASpaceThatMayStillBeRead() {
        try (SimulatedSpace fixture = new SimulatedSpace()) {
            Space first = fixture.space();
            first.close(false);

            Space second = new Space(fixture.os(), first.config(), ONE_NODE);
            assertEquals(first.base, second.base);
            assertNotEquals(first.nullSlab, second.nullSlab);
            fixture.os().release(second.nullSlab, second.reservedBytes() - second.byteSize);
        }
    }

    @Test
    void shouldNotReuseARangeThatTheSystemDidNotEmpty() {
        try (SimulatedSpace fixture = new SimulatedSpace()) {
            Space first = fixture.space();
            fixture.zone().allocateSpan(4, 0, Zone.DIRECT, 1);
            fixture.os().failFrom(OsCall.PURGE, 1, Errno.EINVAL);
            first.close(true);
            fixture.os().disarm();

            Space second = new Space(fixture.os(), first.config(), ONE_NODE);
            assertNotEquals(first.base, second.base);
            assertNotEquals(first.nullSlab, second.nullSlab);
            fixture.os().release(second.base, second.byteSize);
            fixture.os().release(second.nullSlab, second.reservedBytes() - second.byteSize);
        }
    }

    @Test
    void shouldCountEachZonesTablesAsMetadata() {
        try (SimulatedSpace fixture = new SimulatedSpace(2, SimulatedSpace.options())) {
            Space space = fixture.space();
            long atStart = space.metadataBytes();
            space.zones()[0].allocateSpan(1, 0, Zone.DIRECT, 1);
            long grownByFirst = space.metadataBytes() - atStart;
            space.zones()[1].allocateSpan(1, 0, Zone.DIRECT, 1);
            assertTrue(grownByFirst > 0);
            assertEquals(2 * grownByFirst, space.metadataBytes() - atStart);
        }
    }

    @Test
    void shouldLeaveNothingBehindWhereverTheStartFails() {
        FaultInjectingMemory os = new FaultInjectingMemory(
                new SimulatedMemory(SimulatedMachine.builder().build()));
        AllocatorConfig config = SimulatedSpace.options().build();
        int failures = failuresOfTheStart(OsCall.RESERVE, os, config) + failuresOfTheStart(OsCall.COMMIT, os, config);
        assertTrue(failures >= 5, failures + " calls made the start fail");
        os.disarm();
        long reserves = os.calls(OsCall.RESERVE);
        Space space = new Space(os, config, ONE_NODE);
        assertEquals(reserves, os.calls(OsCall.RESERVE), "all ranges were there to be used again");
        os.release(space.base, space.byteSize);
        os.release(space.nullSlab, space.reservedBytes() - space.byteSize);
    }

    private static int failuresOfTheStart(OsCall call, FaultInjectingMemory os, AllocatorConfig config) {
        int failures = 0;
        int nth = 0;
        do {
            os.failNth(call, ++nth, Errno.ENOMEM);
            failures += startFails(os, config) ? 1 : 0;
        } while (os.fired());
        return failures;
    }

    /// Closes the space where the start does not fail.
    private static boolean startFails(FaultInjectingMemory os, AllocatorConfig config) {
        try {
            new Space(os, config, ONE_NODE).close(true);
            return false;
        } catch (NativeMemoryException | OutOfMemoryError refused) {
            return true;
        }
    }
}
