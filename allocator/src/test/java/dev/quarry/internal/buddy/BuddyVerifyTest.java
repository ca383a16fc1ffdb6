// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.buddy;

import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.putLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each invariant that `verify` names is broken once.
class BuddyVerifyTest {
    private final BuddyFixture fixture = new BuddyFixture(1 << 10, 1 << 10);
    private final BuddyAllocator buddy = fixture.buddy;
    private final SpanMap map = fixture.map;

    /// One page allocated; free blocks of 1, 2, 4 and 8 pages behind it.
    @BeforeEach
    void allocateOnePage() {
        assertEquals(0, buddy.allocate(1, 0));
        buddy.verify();
    }

    @AfterEach
    void releaseTables() {
        fixture.close();
    }

    private void assertFound(String message) {
        IllegalStateException broken = assertThrows(IllegalStateException.class, buddy::verify);
        assertEquals("buddy: " + message, broken.getMessage());
    }

    @Test
    void shouldFindAPageWithoutRecord() {
        map.setRelease(2, SpanMap.NONE, 0, 2);
        assertFound("page has no record at 2");
    }

    @Test
    void shouldFindARecordWithoutLength() {
        map.setRelease(0, SpanMap.SPAN, 0, 0);
        assertFound("page has no record at 0");
    }

    @Test
    void shouldFindABlockThatIsNotAligned() {
        map.setRelease(1, SpanMap.FREE, 1, 2);
        assertFound("free block is not aligned at 1");
    }

    @Test
    void shouldFindABlockOfAnotherLengthThanItsOrder() {
        map.setRelease(4, SpanMap.FREE, 1, 4);
        assertFound("free block is not aligned at 4");
    }

    @Test
    void shouldFindBuddiesThatWereNotMerged() {
        map.setRelease(0, SpanMap.FREE, 0, 1);
        assertFound("free buddies were not merged at 0");
    }

    @Test
    void shouldFindALostBlock() {
        map.setRelease(8, SpanMap.SPAN, 3, 8);
        assertFound("the map has other blocks than the records, order at 3");
    }

    @Test
    void shouldFindABlockOfTheWrongKind() {
        map.setRelease(8, SpanMap.UNCOMMITTED, 3, 8);
        assertFound("free block is not in the map at 8");
    }

    /// The words of the map in turn: that of the leaf, of the branch and of the root.
    @Test
    void shouldFindABlockThatIsNotInTheMap() {
        long leaf = fixture.freeBitsAddress + 2L * 32 * Long.BYTES + 32 * Long.BYTES;
        assertEquals(1L << 1, getLong(leaf), "the order 0 word of the first leaf");
        putLong(leaf, 0);
        assertFound("free block is not in the map at 1");
    }

    @Test
    void shouldFindABranchThatKnowsNothingOfItsLeaf() {
        long branch = fixture.freeBitsAddress + 2L * 32 * Long.BYTES;
        assertEquals(1, getLong(branch), "the order 0 word of the first branch");
        putLong(branch, 0);
        assertFound("the free map's branch does not fit its leaves at 0");
    }

    @Test
    void shouldFindARootThatKnowsNothingOfItsBranch() {
        long root = fixture.freeBitsAddress;
        assertEquals(1, getLong(root), "the order 0 word of the first root");
        putLong(root, 0);
        assertFound("the free map's root does not fit its leaves at 0");
    }
}
