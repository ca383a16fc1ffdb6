// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

import dev.quarry.AllocatorConfig;
import dev.quarry.HugePages;
import dev.quarry.MemoryLock;
import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.numa.Errno;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What is done to memory at the moment it is committed: nothing, or made resident, or locked.
///
/// Making it resident turns a SIGBUS to come into an exception now. Thread-safe.
public final class Backing {
    /// Memory comes when it is first touched.
    public static final Backing ON_DEMAND = new Backing(false, MemoryLock.OFF, false);

    private final boolean populate;
    private final boolean hugePages;
    private final MemoryLock lock;
    private final AtomicLong lockRefusals = new AtomicLong();

    /// Written by whoever is refused first: zones commit under locks of their own.
    private volatile @Nullable String populateRefusal;

    private Backing(boolean populate, MemoryLock lock, boolean hugePages) {
        this.hugePages = hugePages;
        this.populate = populate;
        this.lock = lock;
    }

    /// {@return the backing that an allocator's options ask for}
    /// @param config the options
    public static Backing of(AllocatorConfig config) {
        return new Backing(config.populate(), config.lock(), config.hugePages() != HugePages.OFF);
    }

    /// {@return whether memory is locked: the kernel then neither takes its contents back nor moves it}
    boolean isLocking() {
        return lock != MemoryLock.OFF;
    }

    /// {@return whether memory that was never written to may be resident all the same} The first touch of a huge OS
    /// page makes all of it so.
    boolean isEager() {
        return populate || hugePages || isLocking();
    }

    /// Prepares what has just been committed.
    void prepare(NativeMemory os, DistinctErrors errors, long address, long bytes) {
        if (populate && populateRefusal == null) {
            populate(os, errors, address, bytes);
        }
        if (lock == MemoryLock.REQUIRED) {
            os.lock(address, bytes);
        } else if (lock == MemoryLock.BEST_EFFORT) {
            tryLock(os, errors, address, bytes);
        }
    }

    /// Want of memory is the caller's to handle; a kernel that does not know the call, or may not do it, is not asked
    /// again.
    private void populate(NativeMemory os, DistinctErrors errors, long address, long bytes) {
        try {
            os.populate(address, bytes);
        } catch (NativeMemoryException refused) {
            if (!refused.is(Errno.EINVAL) && !refused.is(Errno.ENOSYS) && !refused.is(Errno.EPERM)) {
                throw refused;
            }
            populateRefusal = refused.errnoName();
            count(errors, refused);
        }
    }

    private void tryLock(NativeMemory os, DistinctErrors errors, long address, long bytes) {
        try {
            os.lock(address, bytes);
        } catch (NativeMemoryException refused) {
            lockRefusals.incrementAndGet();
            count(errors, refused);
        }
    }

    private static void count(DistinctErrors errors, NativeMemoryException refused) {
        errors.count(ErrorKind.SYSTEM_CALL, refused.call().systemCall(), refused.errnoName(), refused);
    }

    /// {@return why memory is not made resident although it should be, as the error's name; null where it is}
    public @Nullable String populateRefusal() {
        return populateRefusal;
    }

    /// {@return how often the system refused a lock that was not required}
    public long lockRefusals() {
        return lockRefusals.get();
    }
}
