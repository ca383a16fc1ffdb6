// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import dev.quarry.internal.buddy.PageAllocator;
import dev.quarry.numa.OutOfLine;
import java.lang.invoke.MethodHandles;

/// What a zone does under its lock, in parts that the compiler works on one by one: see [OutOfLine].
interface ZoneCalls {
    /// The way to call them.
    ZoneCalls CALL = OutOfLine.calls(MethodHandles.lookup(), ZoneCalls.class);

    /// See [Depot#make].
    long make(Depot depot, int sizeClass, int owner);

    /// See [Depot#release].
    void release(Depot depot, long slab);

    /// See [PageAllocator#allocate].
    long allocate(PageAllocator pages, long pageCount, int alignOrder);

    /// See [PageAllocator#free].
    void free(PageAllocator pages, long page, long pageCount, long dirtyPages);
}
