// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.OutOfLine;
import java.lang.invoke.MethodHandles;

/// What an arena of the JDK's kind asks of the allocator, as calls: see [OutOfLine].
///
/// Inlined, an allocation with its zeroing and a free are so much that the compiler stops before it has come to the
/// JDK's part, and then makes the arena's objects, which otherwise are nowhere but in registers.
interface ArenaCalls {
    /// The way to call them.
    ArenaCalls CALL = OutOfLine.calls(MethodHandles.lookup(), ArenaCalls.class);

    /// See [OffHeapAllocator#allocateZeroed].
    long allocateZeroed(OffHeapAllocator allocator, long byteSize, long byteAlignment);

    /// See [OffHeapAllocator#free(long)].
    void free(OffHeapAllocator allocator, long address);
}
