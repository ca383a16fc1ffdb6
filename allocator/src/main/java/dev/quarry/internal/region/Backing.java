// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.AllocatorConfig;
import dev.quarry.MemoryLock;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import java.util.concurrent.atomic.AtomicLong;

/// What is done to memory at the moment it is committed: nothing, or made resident, or locked.
///
/// Making it resident turns a SIGBUS to come into an exception now. Thread-safe.
public final class Backing {
    /// Memory comes when it is first touched.
    public static final Backing ON_DEMAND = new Backing(false, MemoryLock.OFF);

    private final boolean populate;
    private final MemoryLock lock;
    private final AtomicLong lockRefusals = new AtomicLong();

    private Backing(boolean populate, MemoryLock lock) {
        this.populate = populate;
        this.lock = lock;
    }

    /// {@return the backing that an allocator's options ask for}
    /// @param config the options
    public static Backing of(AllocatorConfig config) {
        return new Backing(config.populate(), config.lock());
    }

    /// Prepares what has just been committed.
    void prepare(NativeMemory os, long address, long bytes) {
        if (populate) {
            os.populate(address, bytes);
        }
        if (lock == MemoryLock.REQUIRED) {
            os.lock(address, bytes);
        } else if (lock == MemoryLock.BEST_EFFORT) {
            tryLock(os, address, bytes);
        }
    }

    private void tryLock(NativeMemory os, long address, long bytes) {
        try {
            os.lock(address, bytes);
        } catch (NativeMemoryException refused) {
            lockRefusals.incrementAndGet();
        }
    }

    /// {@return how often the system refused a lock that was not required}
    public long lockRefusals() {
        return lockRefusals.get();
    }
}
