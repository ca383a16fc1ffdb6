// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// Asks for memory until there is none, with `quarry.exhaustion=halt`. Ends with 0 if it lives on.
final class HaltChild {
    private HaltChild() {}

    public static void main(String[] arguments) {
        OffHeapAllocator allocator = OffHeapAllocator.create(
                AllocatorConfig.builder().limit("8m").exhaustion("halt").build());
        for (int block = 0; block < 100; block++) {
            allocator.malloc(1 << 20);
        }
        System.exit(0);
    }
}
