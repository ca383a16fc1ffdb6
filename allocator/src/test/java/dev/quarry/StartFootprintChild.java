// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// The program of [StartFootprintTest]: the process-wide allocator, one block of each kind.
final class StartFootprintChild {
    static final String BEGIN = "the allocator begins";
    static final String END = "the allocator has served";

    private StartFootprintChild() {}

    public static void main(String[] arguments) {
        System.out.println(BEGIN);
        OffHeapAllocator allocator = OffHeapAllocator.system();
        allocator.free(allocator.malloc(100));
        allocator.free(allocator.malloc(100_000));
        System.out.println(END);
    }
}
