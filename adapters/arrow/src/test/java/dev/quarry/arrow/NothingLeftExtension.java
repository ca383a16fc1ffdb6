// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.OffHeapAllocator;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// After each of Arrow's own tests: the allocator is whole, and the blocks of the test are free.
public final class NothingLeftExtension implements BeforeEachCallback, AfterEachCallback {
    /// Blocks that a test leaves behind. Three leak a buffer on purpose, to see Arrow report it. Two forget buffers and
    /// take them off Arrow's account by hand, so that Arrow does not see it.
    private static final Map<String, Integer> LEAKED_BLOCKS = Map.of(
            "TestBaseAllocator.testRootAllocator_closeWithOutstanding", 1,
            "TestBaseAllocator.testRootAllocator_createChildDontClose", 1,
            "TestArrowBuf.testEnabledAssertion", 1,
            "TestPromotableWriter.testPromoteToUnion", 1,
            "TestComplexWriter.simpleUnion", 20);

    private long liveBlocksBefore;

    @Override
    public void beforeEach(ExtensionContext context) {
        liveBlocksBefore = OffHeapAllocator.system().stats().liveBlocks();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        OffHeapAllocator allocator = OffHeapAllocator.system();
        allocator.verify();
        String test = context.getRequiredTestClass().getSimpleName()
                + '.'
                + context.getRequiredTestMethod().getName();
        assertEquals(
                liveBlocksBefore + LEAKED_BLOCKS.getOrDefault(test, 0),
                allocator.stats().liveBlocks());
        assertEquals(0, allocator.stats().invalidFrees());
    }
}
