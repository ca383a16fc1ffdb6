// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMX;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/// Allocators in JMX: their names, their figures, and a walk that may be asked for at any time.
class ManagementBeansTest {
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    private static AllocatorConfig.Builder config(String name) {
        return AllocatorConfig.builder().name(name).limit("64m").reserve("128m").maintenance(MaintenanceMode.EXTERNAL);
    }

    private static OffHeapAllocator create(String name, JmxMode mode) {
        return OffHeapAllocator.create(config(name).jmx(mode).build());
    }

    private static ObjectName allocatorName(String name) throws Exception {
        return new ObjectName("dev.quarry:type=Allocator,name=" + name);
    }

    private static ObjectName poolName(String name) throws Exception {
        return new ObjectName("java.nio:type=BufferPool,name=" + name);
    }

    private AllocatorMXBean bean(String name) throws Exception {
        return JMX.newMXBeanProxy(server, allocatorName(name), AllocatorMXBean.class);
    }

    @Test
    void shouldBeThereAsLongAsTheAllocatorIsOpen() throws Exception {
        try (OffHeapAllocator allocator = create("jmx-on", JmxMode.ON)) {
            assertTrue(server.isRegistered(allocatorName("jmx-on")), allocator::report);
            assertTrue(server.isRegistered(poolName("quarry-jmx-on")));
        }
        assertFalse(server.isRegistered(allocatorName("jmx-on")));
        assertFalse(server.isRegistered(poolName("quarry-jmx-on")));
    }

    /// The server is there in this JVM.
    @Test
    void shouldBeThereByItselfUnlessToldNotTo() throws Exception {
        OffHeapAllocator off = create("jmx-off", JmxMode.OFF);
        try (off;
                OffHeapAllocator auto = create("jmx-auto", JmxMode.AUTO)) {
            auto.maintain();
            off.maintain();
            assertTrue(server.isRegistered(allocatorName("jmx-auto")));
            assertFalse(server.isRegistered(allocatorName("jmx-off")));
            assertFalse(server.isRegistered(poolName("quarry-jmx-off")));
        }
    }

    @Test
    void shouldNumberAllocatorsOfOneName() throws Exception {
        try (OffHeapAllocator first = create("twin", JmxMode.ON);
                OffHeapAllocator second = create("twin", JmxMode.ON)) {
            long block = second.malloc(1 << 20);
            assertEquals(0, bean("twin").getLiveBlocks(), first::report);
            assertEquals(1, bean("twin-2").getLiveBlocks());
            assertEquals("quarry-twin-2", server.getAttribute(poolName("quarry-twin-2"), "Name"));
            second.free(block);
        }
        assertFalse(server.isRegistered(allocatorName("twin-2")));
    }

    @Test
    void shouldShowChildrenUnderTheirParents() throws Exception {
        try (OffHeapAllocator parent = create("parent", JmxMode.ON);
                OffHeapAllocator child = parent.child("tenant", 16 << 20)) {
            child.maintain();
            parent.maintain();
            assertTrue(server.isRegistered(allocatorName("parent/tenant")), parent::report);
            assertTrue(server.isRegistered(poolName("quarry-parent/tenant")), child::report);
        }
        assertFalse(server.isRegistered(allocatorName("parent/tenant")));
    }

    @Test
    void shouldShowFiguresThatAddUp() throws Exception {
        try (OffHeapAllocator allocator = create("sums", JmxMode.ON)) {
            long[] blocks = new long[1000];
            Arrays.setAll(blocks, index -> allocator.malloc(index));
            AllocatorMXBean bean = bean("sums");
            assertEquals("sums", bean.getName());
            assertEquals(1000, bean.getLiveBlocks());
            assertEquals(
                    bean.getCommittedBytes(),
                    bean.getLiveBytes()
                            + bean.getWasteBytes()
                            + bean.getSlabFreeBytes()
                            + bean.getLookasideBytes()
                            + bean.getSpanDirtyBytes()
                            + bean.getSpanCleanBytes()
                            + bean.getQuarantineBytes()
                            + bean.getMetadataBytes());
            assertEquals(64L << 20, bean.getLimitBytes());
            assertEquals(bean.getCommittedBytes() - bean.getSpanCleanBytes(), bean.getHeldBytes());
            BufferPoolMXBean pool = JMX.newMXBeanProxy(server, poolName("quarry-sums"), BufferPoolMXBean.class);
            assertEquals(1000, pool.getCount());
            assertEquals(bean.getLiveBytes(), pool.getMemoryUsed());
            assertEquals(bean.getHeldBytes(), pool.getTotalCapacity());
            assertEquals(poolName("quarry-sums"), pool.getObjectName());
            Arrays.stream(blocks).forEach(allocator::free);
        }
    }

    @Test
    void shouldOfferTheOperations() throws Exception {
        try (OffHeapAllocator allocator = create("operations", JmxMode.ON)) {
            allocator.free(allocator.malloc(2 << 20));
            AllocatorMXBean bean = bean("operations");
            assertTrue(bean.report().startsWith("Quarry allocator \"operations\""));
            assertTrue(bean.getConfiguration().contains("quarry.jmx"));
            assertTrue(allocator.stats().spanDirtyBytes() >= 2 << 20);
            bean.trim();
            assertEquals(0, allocator.stats().spanDirtyBytes());
            assertEquals("holds", bean.verify());
            assertEquals(allocator.view(KernelView.BUDDYINFO), bean.buddyinfo());
            assertTrue(bean.slabinfo().startsWith("slabinfo - version: 2.1"));
            assertTrue(bean.zoneinfo().startsWith("Node 0, zone   Normal"));
            assertTrue(bean.numastat().contains("numa_hit"));
        }
    }

    @Test
    void shouldDescribeEachOperation() throws Exception {
        try (OffHeapAllocator allocator = create("described", JmxMode.ON)) {
            MBeanInfo info = server.getMBeanInfo(allocatorName("described"));
            Set<String> descriptions = new HashSet<>();
            for (MBeanOperationInfo operation : info.getOperations()) {
                assertNotNull(operation.getDescription(), allocator::report);
                descriptions.add(operation.getDescription());
            }
            assertEquals(info.getOperations().length, descriptions.size());
        }
    }

    /// Threads at work look like corruption to a walk, and must not be called so.
    @Test
    void shouldNotTakeWorkForCorruption() throws Exception {
        try (OffHeapAllocator allocator = create("busy", JmxMode.ON)) {
            AllocatorMXBean bean = bean("busy");
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < 3; index++) {
                threads.add(Thread.ofPlatform().start(() -> work(allocator, done)));
            }
            Set<String> answers = new HashSet<>();
            for (int round = 0; round < 10; round++) {
                answers.add(bean.verify().replaceFirst(":.*", ""));
            }
            done.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertFalse(answers.contains("broken"), answers::toString);
            assertEquals("holds", bean.verify());
        }
    }

    @Test
    void shouldFindCorruption() throws Exception {
        try (OffHeapAllocator allocator = create("corrupt", JmxMode.ON)) {
            long block = allocator.malloc(64);
            allocator.space().ledger().giveBack(1);
            assertTrue(bean("corrupt").verify().startsWith("broken: the buckets do not add up"));
            assertTrue(allocator.space().ledger().tryTake(1));
            allocator.free(block);
        }
    }

    private static void work(OffHeapAllocator allocator, AtomicBoolean done) {
        long[] blocks = new long[64];
        for (int turn = 0; !done.get(); turn++) {
            int index = turn % blocks.length;
            allocator.free(blocks[index]);
            blocks[index] = allocator.malloc(16 + turn * 31L % 5000);
        }
        Arrays.stream(blocks).forEach(allocator::free);
    }
}
