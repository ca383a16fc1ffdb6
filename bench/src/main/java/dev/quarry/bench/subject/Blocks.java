// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

/// An allocator of raw addresses. Not thread-safe: each thread of a workload makes its own, and any of them may free
/// what another allocated.
///
/// A process loads one subclass only, so that every call is direct and can be inlined.
public abstract class Blocks {
    public abstract long malloc(long byteSize);

    /// Zeroed.
    public abstract long calloc(long count, long elementByteSize);

    public abstract long realloc(long address, long byteSize);

    public abstract long alignedAlloc(long byteAlignment, long byteSize);

    public abstract void free(long address);
}
