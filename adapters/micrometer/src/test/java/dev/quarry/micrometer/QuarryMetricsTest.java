// SPDX-License-Identifier: Apache-2.0
package dev.quarry.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.AllocatorConfig;
import dev.quarry.AllocatorStats;
import dev.quarry.InvalidFreeException;
import dev.quarry.OffHeapAllocator;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuarryMetricsTest {
    private static final long LIMIT_BYTES = 64L << 20;

    private final OffHeapAllocator allocator = OffHeapAllocator.create(AllocatorConfig.builder()
            .limit(LIMIT_BYTES)
            .numaTopology("0:cpus=0,mem=1g")
            .build());
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

    @AfterEach
    void close() {
        allocator.close();
    }

    @Test
    void shouldBeScrapedAndAddUp() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new QuarryMetrics(allocator).bindTo(prometheus);
        for (int round = 1; round <= 20; round++) {
            allocator.malloc(round * 1_000L);
            allocator.free(allocator.malloc(round * 10_000L));
            AllocatorStats stats = allocator.stats();
            Scrape scrape = new Scrape(prometheus.scrape());

            assertEquals(8, scrape.samples("quarry_memory_usage_bytes"));
            assertEquals(stats.committedBytes(), scrape.sum("quarry_memory_usage_bytes"));
            assertEquals(stats.committedBytes(), scrape.sum("quarry_memory_committed_bytes"));
            assertEquals(stats.nodes().getFirst().committedBytes(), scrape.sum("quarry_node_memory_committed_bytes"));
            assertEquals(stats.liveBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"live\""));
            assertEquals(stats.wasteBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"waste\""));
            assertEquals(stats.slabFreeBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"slab.free\""));
            assertEquals(stats.lookasideBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"lookaside\""));
            assertEquals(stats.spanDirtyBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"span.dirty\""));
            assertEquals(stats.spanCleanBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"span.clean\""));
            assertEquals(stats.quarantineBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"quarantine\""));
            assertEquals(stats.metadataBytes(), scrape.sum("quarry_memory_usage_bytes", "state=\"metadata\""));
            assertEquals(LIMIT_BYTES, scrape.sum("quarry_memory_limit_bytes"));
            assertEquals(stats.reservedBytes(), scrape.sum("quarry_memory_reserved_bytes"));
            assertEquals(round, scrape.sum("quarry_block_count_blocks"));
            assertEquals(2L * round, scrape.sum("quarry_mallocs_total"));
            assertEquals(round, scrape.sum("quarry_frees_total"));
            assertEquals(0, scrape.sum("quarry_frees_remote_total"));
            assertEquals(stats.nodes().getFirst().numaHit(), scrape.sum("quarry_numa_pages_total", "event=\"hit\""));
            assertEquals(round, scrape.sum("jvm_buffer_count_buffers"));
            assertEquals(stats.liveBytes(), scrape.sum("jvm_buffer_total_capacity_bytes"));
            assertEquals(stats.heldBytes(), scrape.sum("jvm_buffer_memory_used_bytes"));
        }
        prometheus.close();
    }

    @Test
    void shouldStandBesideTheJvmsOwnBufferPools() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(prometheus);
        new QuarryMetrics(allocator).bindTo(prometheus);
        allocator.malloc(100);
        Scrape scrape = new Scrape(prometheus.scrape());
        assertEquals(1, scrape.sum("jvm_buffer_count_buffers", "id=\"quarry\""));
        assertEquals(1, scrape.samples("jvm_buffer_count_buffers", "id=\"direct\""));
        prometheus.close();
    }

    @Test
    void shouldTellAllocatorsAndTagsApart() {
        try (OffHeapAllocator other = OffHeapAllocator.create(
                AllocatorConfig.builder().limit(LIMIT_BYTES).build())) {
            new QuarryMetrics(allocator, "one", List.of(Tag.of("service", "test"))).bindTo(registry);
            new QuarryMetrics(other, "two", List.of(Tag.of("service", "test"))).bindTo(registry);
            other.malloc(1);
            assertEquals(
                    0,
                    registry.get("quarry.block.count")
                            .tags("id", "one", "service", "test")
                            .gauge()
                            .value());
            assertEquals(
                    1,
                    registry.get("quarry.block.count")
                            .tags("id", "two", "service", "test")
                            .gauge()
                            .value());
        }
    }

    @Test
    void shouldCountRefusedAndRemoteFrees() throws InterruptedException {
        new QuarryMetrics(allocator).bindTo(registry);
        long address = allocator.malloc(100);
        assertThrows(InvalidFreeException.class, () -> allocator.free(address + 16));
        Thread other = Thread.ofPlatform().start(() -> allocator.free(address));
        other.join();
        assertEquals(1, count("quarry.frees.invalid"));
        assertEquals(1, count("quarry.frees.remote"));
        assertEquals(1, count("quarry.frees"));
    }

    /// A registry reads meter by meter, and the application works on meanwhile.
    @Test
    void shouldReadAllMetersOfARoundFromOneSnapshot() {
        new QuarryMetrics(allocator).bindTo(registry);
        for (int round = 0; round < 50; round++) {
            double sum = 0;
            for (Gauge state : registry.get("quarry.memory.usage").gauges()) {
                sum += state.value();
                allocator.malloc(100_000);
            }
            assertEquals(gauge("quarry.memory.committed"), sum, "round " + round);
            assertEquals(8 * round, gauge("quarry.block.count"));
            assertEquals(8 * round, count("quarry.mallocs"));
            clock.add(Duration.ofMillis(1));
        }
    }

    @Test
    void shouldReadNothingOldThoughItIsReadForTheFirstTime() {
        new QuarryMetrics(allocator).bindTo(registry);
        assertEquals(0, gauge("quarry.block.count"));
        allocator.malloc(1);
        clock.add(Duration.ofSeconds(2));
        assertEquals(1, count("quarry.mallocs"));
    }

    @Test
    void shouldNotDependOnWhatTheApplicationKeeps() {
        new QuarryMetrics(allocator).bindTo(registry);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        allocator.free(allocator.malloc(1));
        clock.add(Duration.ofSeconds(2));
        assertEquals(1, count("quarry.mallocs"));
        assertNotEquals(Double.NaN, gauge("quarry.memory.committed"));
    }

    @Test
    void shouldKeepCountersAndEndGaugesWhenTheAllocatorIsClosed() {
        new QuarryMetrics(allocator).bindTo(registry);
        allocator.malloc(1);
        assertEquals(1, readTwice());
        allocator.close();
        assertEquals(1, readTwice());
        assertTrue(Double.isNaN(gauge("quarry.memory.committed")));
    }

    /// The second reading is never from a snapshot of before the first.
    private double readTwice() {
        count("quarry.mallocs");
        return count("quarry.mallocs");
    }

    @Test
    void shouldHaveAllMetersThatTheDocumentNames() throws IOException {
        new QuarryMetrics(allocator).bindTo(registry);
        String document = Files.readString(Path.of("..", "..", "docs", "servers.md"));
        TreeSet<String> missing = new TreeSet<>();
        registry.forEachMeter(meter -> {
            if (!document.contains("`" + meter.getId().getName() + "`")) {
                missing.add(meter.getId().getName());
            }
        });
        assertEquals(new TreeSet<String>(), missing);
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private double count(String name) {
        return registry.get(name).functionCounter().count();
    }
}
