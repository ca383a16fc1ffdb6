// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.Errno;
import dev.quarry.numa.FaultInjectingMemory;
import dev.quarry.numa.OsCall;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the error says, in the situations that there are.
class DiagnosisTest {
    private static final int LIMIT_BYTES = 8 << 20;
    private static final List<String> REMEDIES = List.of(
            "the request alone is above the limit",
            "let the process have more",
            "most of it is in live blocks",
            "quarry.lookaside.limit",
            "quarry.quarantine.bytes",
            "quarry.reserve",
            "slabs are partly free",
            "goodSize()",
            "quarry.exhaustion=wait:100ms",
            "register a Shrinker");

    private final SimulatedMemory machine = new SimulatedMemory(
            SimulatedMachine.builder().nodes(1, 2, 256L << 20).build());
    private final FaultInjectingMemory os = new FaultInjectingMemory(machine);
    private final SimulatedAllocators allocators = new SimulatedAllocators(os, machine.topology());

    @AfterEach
    void release() {
        os.disarm();
        allocators.close();
    }

    private OffHeapAllocator create(AllocatorConfig.Builder options) {
        return allocators.create(options.limit(LIMIT_BYTES).reserve("64m").maintenance(MaintenanceMode.EXTERNAL));
    }

    private static List<Long> fill(OffHeapAllocator allocator, long byteSize) {
        List<Long> blocks = new ArrayList<>();
        for (long block = allocator.tryMalloc(byteSize); block != 0; block = allocator.tryMalloc(byteSize)) {
            blocks.add(block);
        }
        return blocks;
    }

    private static String refusal(OffHeapAllocator allocator, long byteSize) {
        try {
            allocator.malloc(byteSize);
        } catch (OutOfOffHeapMemoryError refused) {
            return refused.getMessage();
        }
        throw new AssertionError("there was memory");
    }

    private static long figure(String text, String name) {
        Matcher found = Pattern.compile(name + " (\\d+)").matcher(text);
        assertTrue(found.find(), () -> name + " is not in: " + text);
        return Long.parseLong(found.group(1));
    }

    private static void requireRemedies(String text, String... expected) {
        List<String> found = REMEDIES.stream().filter(text::contains).toList();
        assertTrue(found.size() <= 3, text);
        assertTrue(found.containsAll(List.of(expected)), text);
    }

    @Test
    void shouldTellWhereEachByteIs() {
        try (OffHeapAllocator allocator = create(AllocatorConfig.builder())) {
            List<Long> small = new ArrayList<>();
            for (int block = 0; block < 1000; block++) {
                small.add(allocator.malloc(100));
            }
            fill(allocator, 20_000);
            String text = refusal(allocator, 20_001);

            assertTrue(text.startsWith("no memory for 20001 bytes: "), text);
            assertEquals(LIMIT_BYTES, figure(text, "committed of a limit of"));
            long committed = allocator.stats().committedBytes();
            assertTrue(text.contains(": " + committed + " bytes are committed"), text);
            long sum = 0;
            for (String bucket : List.of(
                    "live", "waste", "slabFree", "lookaside", "spanDirty", "spanClean", "quarantine", "metadata")) {
                sum += figure(text, bucket);
            }
            assertEquals(committed, sum, text);
            assertTrue(figure(text, "largest free block") < 20_480, text);
            assertTrue(text.contains("most in blocks of 20480 ("), text);
            assertTrue(text.contains(", 112 (1000)"), text);
            requireRemedies(
                    text, "most of it is in live blocks", "quarry.exhaustion=wait:100ms", "register a Shrinker");
            small.forEach(allocator::free);
        }
    }

    @Test
    void shouldSayThatTheRequestAloneIsTooLarge() {
        try (OffHeapAllocator allocator = create(AllocatorConfig.builder())) {
            String text = refusal(allocator, LIMIT_BYTES + 1);
            assertEquals(
                    List.of("the request alone is above the limit"),
                    REMEDIES.stream().filter(text::contains).toList(),
                    text);
        }
    }

    @Test
    void shouldSayThatTheSystemRefused() {
        try (OffHeapAllocator allocator = create(AllocatorConfig.builder())) {
            allocator.free(allocator.malloc(100));
            os.failFrom(OsCall.COMMIT, 1, Errno.ENOMEM);
            String text = refusal(allocator, 4 << 20);
            os.disarm();

            assertTrue(text.contains("the system refused: "), text);
            assertTrue(text.contains("ENOMEM"), text);
            requireRemedies(text, "let the process have more");
            assertTrue(allocator.report().contains("out of memory, the system refused"), allocator::report);
        }
    }

    @Test
    void shouldSayThatWhatIsFreeLiesInPieces() {
        // As much as the address space: elsewhere what is free would become credit for pages further on.
        AllocatorConfig.Builder options = AllocatorConfig.builder()
                .limit("64m")
                .reserve("64m")
                .directThreshold("64k")
                .maintenance(MaintenanceMode.EXTERNAL);
        try (OffHeapAllocator allocator = allocators.create(options)) {
            List<Long> blocks = fill(allocator, 128 << 10);
            for (int block = 0; block < blocks.size(); block += 2) {
                allocator.free(blocks.get(block));
            }
            String text = refusal(allocator, 5 << 20);
            assertTrue(figure(text, "live") < 40 << 20, text);
            requireRemedies(text, "quarry.reserve");
        }
    }

    @Test
    void shouldSayThatTheQuarantineHoldsMuch() throws InterruptedException {
        AllocatorConfig.Builder options =
                AllocatorConfig.builder().checks(Checks.FULL).quarantineBytes("4m");
        try (OffHeapAllocator allocator = create(options)) {
            CountDownLatch freed = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            Thread other = Thread.ofPlatform().start(() -> {
                List<Long> blocks = new ArrayList<>();
                for (int block = 0; block < 150; block++) {
                    blocks.add(allocator.malloc(20_000));
                }
                blocks.forEach(allocator::free);
                freed.countDown();
                Waits.forLatch(end);
            });
            Waits.forLatch(freed);
            requireRemedies(refusal(allocator, 7 << 20), "quarry.quarantine.bytes");
            end.countDown();
            other.join();
        }
    }

    @Test
    void shouldSayThatSlabsArePartlyFree() {
        try (OffHeapAllocator allocator = create(AllocatorConfig.builder())) {
            List<Long> blocks = fill(allocator, 1000);
            for (int block = 0; block < blocks.size(); block++) {
                if (block % 8 != 0) {
                    allocator.free(blocks.get(block));
                }
            }
            requireRemedies(refusal(allocator, 1 << 20), "slabs are partly free");
        }
    }

    @Test
    void shouldSayThatMuchIsLostToRounding() {
        try (OffHeapAllocator allocator = create(AllocatorConfig.builder())) {
            // In slots of 32.
            fill(allocator, 20);
            String text = refusal(allocator, 20);
            assertTrue(figure(text, "waste") > LIMIT_BYTES / 4, text);
            // Two more would be of some use, but three are enough to read.
            assertEquals(
                    List.of("most of it is in live blocks", "goodSize()", "quarry.exhaustion=wait:100ms"),
                    REMEDIES.stream().filter(text::contains).toList(),
                    text);
        }
    }

    @Test
    void shouldNotAdviseToWaitToWhoWaits() {
        try (OffHeapAllocator allocator = create(AllocatorConfig.builder().exhaustion("callback"))) {
            fill(allocator, 20_000);
            String text = refusal(allocator, 20_000);
            assertFalse(text.contains("wait:100ms"), text);
            requireRemedies(text, "most of it is in live blocks", "register a Shrinker");
        }
    }
}
