// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a parent and its children are to each other.
class ChildAllocatorTest {
    private static final long MIB = 1 << 20;

    private final OffHeapAllocator parent = OffHeapAllocator.create(AllocatorConfig.builder()
            .name("parent")
            .limit(32 * MIB)
            .reserve("256m")
            .close(CloseMode.FREE)
            .maintenance(MaintenanceMode.EXTERNAL)
            .build());

    @AfterEach
    void close() {
        parent.close();
    }

    @Test
    void shouldCountAChildsMemoryAgainstBothLimits() {
        OffHeapAllocator child = parent.child("child", 8 * MIB);
        long before = parent.stats().committedBytes();
        child.malloc(4 * MIB);

        assertTrue(parent.stats().committedBytes() >= before + 4 * MIB);
        assertEquals(1, parent.stats().liveBlocks());
        assertEquals(0, parent.ownStats().liveBlocks());
        assertEquals(1, child.stats().liveBlocks());
        assertEquals(8 * MIB, child.stats().limitBytes());
        assertTrue(parent.stats().identityHolds(), () -> parent.stats().toString());
        assertTrue(parent.ownStats().identityHolds(), () -> parent.ownStats().toString());
        parent.verify();
        assertEquals(0, child.tryMalloc(5 * MIB), "above the child's limit");
        assertNotEquals(0, parent.tryMalloc(5 * MIB), "the parent's limit is another");
    }

    @Test
    void shouldGiveBackAllCreditWithTheClose() {
        long before = parent.stats().committedBytes();
        OffHeapAllocator child = parent.child("child", 16 * MIB);
        OffHeapAllocator grandchild = child.child("grandchild", 8 * MIB);
        child.malloc(3 * MIB);
        for (int block = 0; block < 1_000; block++) {
            grandchild.malloc(1_000);
        }
        assertTrue(parent.stats().committedBytes() > before + 4 * MIB);
        child.close();

        assertEquals(before, parent.stats().committedBytes());
        assertEquals(List.of(), parent.children());
        parent.verify();
        assertThrows(IllegalStateException.class, () -> grandchild.malloc(1));
        assertThrows(IllegalStateException.class, () -> child.child("another", MIB));
        grandchild.free(4_096);
        child.close();
    }

    @Test
    void shouldKeepCountingEventsOfClosedChildren() {
        OffHeapAllocator child = parent.child("child", 8 * MIB);
        for (int block = 0; block < 100; block++) {
            child.malloc(64);
        }
        child.free(child.malloc(100_000));
        child.close();

        AllocatorStats stats = parent.stats();
        assertEquals(101, stats.mallocs());
        assertEquals(101, stats.frees(), "what the close frees is freed");
        assertEquals(0, stats.liveBlocks());
        assertEquals(
                100,
                stats.sizeClasses().stream()
                        .filter(row -> row.slotBytes() == 64)
                        .mapToLong(SizeClassStats::mallocs)
                        .sum());
    }

    @Test
    void shouldRefuseNamesAndLimitsThatAreNone() {
        parent.child("child", MIB);
        assertThrows(IllegalArgumentException.class, () -> parent.child("child", MIB));
        assertThrows(IllegalArgumentException.class, () -> parent.child("a/b", MIB));
        assertThrows(IllegalArgumentException.class, () -> parent.child("", MIB));
        assertThrows(IllegalArgumentException.class, () -> parent.child("none", 0));
        assertThrows(IllegalArgumentException.class, () -> parent.child("negative", -MIB));
        assertThrows(IllegalArgumentException.class, () -> parent.child("small", MIB - 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> parent.child("other", MIB, options -> options.maintenance(MaintenanceMode.INLINE)));
        assertEquals(1, parent.children().size());

        parent.children().get(0).close();
        parent.child("child", MIB).child("child", MIB);
    }

    @Test
    void shouldRefuseATreeThatIsTooDeep() {
        OffHeapAllocator deepest = parent;
        for (int depth = 2; depth <= Family.MAX_DEPTH; depth++) {
            deepest = deepest.child("child", 16 * MIB);
        }
        OffHeapAllocator last = deepest;
        assertThrows(IllegalArgumentException.class, () -> last.child("child", MIB));
        last.malloc(MIB);
        parent.verify();
        assertEquals(1, parent.stats().liveBlocks());
    }

    @Test
    void shouldStopAtTheParentsLimitWhereItIsBelowTheChilds() {
        OffHeapAllocator child = parent.child("greedy", 1L << 30);
        OffHeapAllocator sibling = parent.child("modest", 8 * MIB);
        sibling.malloc(2 * MIB);
        OutOfOffHeapMemoryError error = assertThrows(OutOfOffHeapMemoryError.class, () -> {
            for (; ; ) {
                child.malloc(MIB);
            }
        });

        assertTrue(error.getMessage().contains("the limit of \"parent\" refused"), error.getMessage());
        assertTrue(error.getMessage().contains("by \"parent/greedy\""), error.getMessage());
        assertTrue(parent.stats().committedBytes() <= 32 * MIB);
        assertTrue(child.stats().liveBytes() > 26 * MIB, () -> parent.report());
    }

    @Test
    void shouldNameItsOwnLimitOnlyWhereThatRefused() {
        OffHeapAllocator child = parent.child("child", 2 * MIB);
        OutOfOffHeapMemoryError error = assertThrows(OutOfOffHeapMemoryError.class, () -> child.malloc(2 * MIB));
        assertFalse(error.getMessage().contains("\"parent\""), error.getMessage());
    }

    @Test
    void shouldTakeWhatSiblingsAndAncestorsDoNotUse() {
        OffHeapAllocator idle = parent.child("idle", 32 * MIB);
        OffHeapAllocator busy = parent.child("busy", 32 * MIB);
        free(idle, fill(idle, 12));
        free(parent, fill(parent, 10));
        assertTrue(parent.space().ledger().roomBytes() < 12 * MIB, "both keep their free pages");

        long address = busy.tryMalloc(26 * MIB);

        assertNotEquals(0, address, () -> parent.report());
        parent.verify();
        busy.free(address);
    }

    @Test
    void shouldLetThePartsOfAChildUseItsWholeLimit() {
        OffHeapAllocator child = parent.child("child", 16 * MIB);
        OffHeapAllocator part = child.child("part", 16 * MIB);
        free(part, fill(part, 12));
        for (OffHeapAllocator each : List.of(child, part)) {
            long address = each.tryMalloc(13 * MIB);
            assertNotEquals(0, address, () -> parent.report());
            each.free(address);
        }
        parent.verify();
    }

    @Test
    void shouldMakeRoomForAChildsFirstRecords() {
        OffHeapAllocator tenant = parent.child("tenant", 32 * MIB);
        List<Long> blocks = new ArrayList<>();
        for (long address = tenant.tryMalloc(MIB); address != 0; address = tenant.tryMalloc(MIB)) {
            blocks.add(address);
        }
        OutOfOffHeapMemoryError error = assertThrows(OutOfOffHeapMemoryError.class, () -> {
            for (int child = 0; ; child++) {
                parent.child("late-" + child, MIB);
            }
        });
        assertTrue(error.getMessage().contains("no memory for the child \"late-"), error.getMessage());
        assertTrue(error.getMessage().contains("the limit of \"parent\" refused"), error.getMessage());
        parent.verify();

        free(tenant, blocks);
        childOrNone(parent, "late");
        assertEquals("late", parent.children().get(parent.children().size() - 1).name());
        parent.verify();
    }

    @Test
    void shouldSayWhoseAddressItIs() {
        OffHeapAllocator child = parent.child("child", 8 * MIB);
        OffHeapAllocator sibling = parent.child("sibling", 8 * MIB);
        long address = child.malloc(100);
        for (OffHeapAllocator other : List.of(parent, sibling)) {
            InvalidFreeException refused = assertThrows(InvalidFreeException.class, () -> other.free(address));
            assertTrue(refused.getMessage().contains("but of \"parent/child\""), refused.getMessage());
            assertFalse(other.owns(address));
        }
        long parents = parent.malloc(100_000);
        InvalidFreeException refused = assertThrows(InvalidFreeException.class, () -> child.free(parents));
        assertTrue(refused.getMessage().contains("but of \"parent\""), refused.getMessage());
        InvalidFreeException foreign = assertThrows(InvalidFreeException.class, () -> child.free(8_192));
        assertFalse(foreign.getMessage().contains("but of"), foreign.getMessage());
        child.free(address);
        assertEquals(3, parent.stats().invalidFrees() - child.stats().invalidFrees() + 1);
    }

    @Test
    void shouldFollowItsParentsMaintenance() throws Exception {
        OffHeapAllocator child = parent.child("child", 16 * MIB, options -> options.purgeDelay("0"));
        CompletableFuture.runAsync(() -> child.free(child.malloc(4 * MIB))).get();
        assertTrue(child.stats().spanDirtyBytes() > 3 * MIB);
        parent.maintain();
        assertEquals(0, child.stats().spanDirtyBytes());
    }

    @Test
    void shouldHaveOneThreadForTheWholeTree() {
        AllocatorConfig config = AllocatorConfig.builder()
                .name("family-of-one-thread")
                .limit(32 * MIB)
                .reserve("256m")
                .build();
        try (OffHeapAllocator root = OffHeapAllocator.create(config)) {
            for (int child = 0; child < 10; child++) {
                root.child("family-of-one-thread-" + child, MIB);
            }
            assertEquals(
                    1,
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("family-of-one-thread"))
                            .count());
        }
    }

    @Test
    void shouldReportTheTree() {
        parent.child("a", 16 * MIB).child("b", 8 * MIB).malloc(MIB);
        String report = parent.report();
        assertTrue(report.contains("tree  "), report);
        assertTrue(report.lines().anyMatch(line -> line.matches("parent +33,554,432 .*")), report);
        assertTrue(report.lines().anyMatch(line -> line.matches(" {2}a +16,777,216 .* 0 +0")), report);
        assertTrue(report.lines().anyMatch(line -> line.matches(" {4}b +8,388,608 .* 1,048,576 +1")), report);
    }

    @Test
    void shouldTrimTheWholeTree() {
        OffHeapAllocator child = parent.child("child", 16 * MIB);
        long before = parent.stats().committedBytes();
        free(child, fill(child, 8));
        parent.trim();
        assertTrue(parent.stats().committedBytes() - before < MIB, () -> parent.report());
        assertEquals(0, parent.stats().spanDirtyBytes());
    }

    /// An error for want of memory would end the test JVM.
    private static void childOrNone(OffHeapAllocator parent, String name) {
        try {
            parent.child(name, MIB);
        } catch (OutOfOffHeapMemoryError refused) {
            throw new AssertionError(refused);
        }
    }

    private static List<Long> fill(OffHeapAllocator allocator, int mib) {
        List<Long> blocks = new ArrayList<>();
        for (int block = 0; block < mib; block++) {
            blocks.add(allocator.malloc(MIB));
        }
        return blocks;
    }

    private static void free(OffHeapAllocator allocator, List<Long> blocks) {
        blocks.forEach(allocator::free);
    }
}
