// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocatorStatsTest {
    private static final int BUCKETS = 8;

    /// Distinct powers of two in the buckets, so that no bucket can stand in for another.
    private static long[] buckets() {
        long[] buckets = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = 1L << i;
        }
        return buckets;
    }

    private static AllocatorStats stats(long committedBytes, long[] buckets, List<NodeStats> nodes) {
        return new AllocatorStats(
                1 << 20,
                committedBytes,
                1 << 19,
                buckets[0],
                3,
                buckets[1],
                buckets[2],
                buckets[3],
                buckets[4],
                buckets[5],
                buckets[6],
                buckets[7],
                9,
                6,
                1,
                2,
                nodes,
                List.of());
    }

    @Test
    void shouldHoldItsIdentityWhenTheBucketsAddUp() {
        assertTrue(stats((1 << BUCKETS) - 1, buckets(), List.of()).identityHolds());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void shouldNotHoldItsIdentityWhenAByteIsMissingFromABucket(int bucket) {
        long[] buckets = buckets();
        buckets[bucket]--;
        assertFalse(stats((1 << BUCKETS) - 1, buckets, List.of()).identityHolds());
    }

    @Test
    void shouldHoldWhatIsCommittedAndNotClean() {
        AllocatorStats stats = stats(255, buckets(), List.of());
        assertEquals(255 - stats.spanCleanBytes(), stats.heldBytes());
        assertTrue(stats.spanCleanBytes() > 0);
    }

    @Test
    void shouldBeASnapshotThatNobodyChanges() {
        List<Integer> orders = new ArrayList<>(List.of(1, 2));
        List<NodeStats> nodes = new ArrayList<>(List.of(new NodeStats(0, 64, 32, orders, 5, 4, 0, 0, 0, 0, 0, 0, 0)));
        AllocatorStats stats = stats(255, buckets(), nodes);
        nodes.clear();
        orders.clear();
        assertEquals(1, stats.nodes().size());
        assertEquals(List.of(1, 2), stats.nodes().getFirst().freeBlocksByOrder());
        assertThrows(UnsupportedOperationException.class, () -> stats.nodes().clear());
        assertThrows(
                UnsupportedOperationException.class, () -> stats.sizeClasses().clear());
    }
}
