// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Turns Netty's leak detection off for each test of a class: a sampled buffer comes in a wrapper, and these tests ask
/// what is inside, or count what a buffer costs.
final class WithoutLeakDetection implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(WithoutLeakDetection.class);

    @Override
    public void beforeEach(ExtensionContext test) {
        test.getStore(NAMESPACE).put(test.getUniqueId(), ResourceLeakDetector.getLevel());
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        ResourceLeakDetector.setLevel(
                test.getStore(NAMESPACE).remove(test.getUniqueId(), ResourceLeakDetector.Level.class));
    }
}
