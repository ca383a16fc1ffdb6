// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.internal.arena.ArenaPool;
import dev.quarry.internal.live.EventRing;
import dev.quarry.internal.live.LiveFile;
import dev.quarry.internal.live.LiveFileException;
import dev.quarry.internal.live.LiveFolder;
import dev.quarry.internal.slab.SizeClasses;
import dev.quarry.internal.slab.Space;
import dev.quarry.numa.NativeMemory;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps an allocator's live file up to date: makes it, writes to it at the ticks of the maintenance, removes it.
///
/// *Lazy.* Where no folder is named the file is made by the first tick after [#AUTO_DELAY_NS]: programs that are over
/// before pay nothing for it.
///
/// *Cheap.* To count everything takes a walk. It is done at a tick only when a hundred times of what it last took has
/// passed since, so that it costs at most a hundredth of a core however large the allocator is.
///
/// *Harmless.* Only the ticking thread touches the file, and whatever goes wrong with it ends the file with a note.
///
/// Thread-safe: of two threads that tick at once one does it.
final class LivePublisher {
    private static final int MAX_FILES = 64;
    private static final long AUTO_DELAY_NS = 2_000_000_000;
    private static final long PERIODS_A_WALK = 100;

    /// What a walk is taken for at most, whatever the clock says, when those before took less than half of it.
    private static final long FIRST_WALK_NS = 1_000_000;

    private final AllocatorConfig config;
    private final Space space;
    private final ArenaPool pool;
    private final BlockCaches caches;
    private final ReentrantLock lock = new ReentrantLock();

    /// When the file is to be made; meaningless once it was, or is not to be.
    private final long openNs;

    /// Written under the lock.
    private volatile boolean isWanted;

    // All below: used under the lock.
    private @Nullable LiveFile file;
    private @Nullable EventRing ring;
    private @Nullable LiveFigures figures;
    private long walkNs;
    private long nextWalkNs;

    LivePublisher(AllocatorConfig config, Space space, ArenaPool pool, BlockCaches caches) {
        this.config = config;
        this.space = space;
        this.pool = pool;
        this.caches = caches;
        boolean isAuto = config.live().equals(LiveType.AUTO);
        this.openNs = space.os().nanoTime() + (isAuto ? AUTO_DELAY_NS : 0);
        // A simulated machine's clock says nothing of how long a program runs.
        this.isWanted =
                isAuto ? space.os() == NativeMemory.system() : !config.live().equals(LiveType.OFF);
        if (isWanted && !isAuto) {
            tick();
        }
    }

    /// Brings the file up to date. Costs one comparison where there is none.
    void tick() {
        if (isWanted && lock.tryLock()) {
            try {
                if (isWanted) {
                    update(space.os().nanoTime());
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void update(long nowNs) {
        if (file == null) {
            if (nowNs - openNs >= 0) {
                open(nowNs);
            }
            return;
        }
        try {
            write(file, nowNs);
        } catch (InternalError broken) {
            end("the live file " + file.path() + " was truncated, or its disk has failed: there is none any more");
        }
    }

    private void open(long nowNs) {
        Path folder = config.live().equals(LiveType.AUTO)
                ? LiveFolder.ofUser(SystemProperties.temporaryFolder(), SystemProperties.userName())
                : Path.of(config.live());
        try {
            if (!LiveFilesAtExit.willBeDeleted()) {
                throw new LiveFileException("this process is ending");
            }
            if (LiveFilesAtExit.count() >= MAX_FILES) {
                throw new LiveFileException("this process has " + MAX_FILES + " already");
            }
            LiveFolder.prepare(folder);
            LiveFolder.removeStale(folder, System.currentTimeMillis());
            ring = new EventRing(space.os());
            figures = new LiveFigures(space, pool, caches, ring);
            file = LiveFolder.create(folder, config.name(), SizeClasses.COUNT, space.zones().length, nowNs);
            LiveFilesAtExit.add(file.path());
            space.events().add(ring);
            nextWalkNs = nowNs;
            update(nowNs);
        } catch (IOException | RuntimeException | OutOfMemoryError refused) {
            end("there is no live file: " + reason(refused));
        }
    }

    /// A file system's exceptions have only the path as their message, and say the rest by their class.
    private static String reason(Throwable refused) {
        return refused instanceof FileSystemException
                ? refused.getClass().getSimpleName() + " " + refused.getMessage()
                : String.valueOf(refused.getMessage());
    }

    private void write(LiveFile to, long nowNs) {
        if (ring == null || figures == null) {
            return;
        }
        to.beat();
        to.writeEvents(ring);
        to.writeErrors(space.errors());
        if (nowNs - nextWalkNs >= 0) {
            figures.count();
            long tookNs = space.os().nanoTime() - nowNs;
            figures.write(to, nowNs, tookNs);
            // A pause of the thread, or code that runs for the first time, must not put the next walk off for
            // long: what a walk takes comes in steps of two.
            walkNs = Math.min(tookNs, Math.max(FIRST_WALK_NS, 2 * walkNs));
            nextWalkNs = nowNs + PERIODS_A_WALK * walkNs;
        }
        to.settle();
    }

    private void end(@Nullable String note) {
        isWanted = false;
        if (note != null) {
            space.note(note);
        }
        if (ring != null) {
            space.events().remove(ring);
        }
        if (file != null) {
            file.close();
            LiveFilesAtExit.delete(file.path());
        }
        file = null;
        ring = null;
        figures = null;
    }

    /// {@return where the file is; null where there is none}
    @Nullable
    Path path() {
        lock.lock();
        try {
            return file == null ? null : file.path();
        } finally {
            lock.unlock();
        }
    }

    /// Removes the file. No tick after it has an effect.
    void close() {
        lock.lock();
        try {
            end(null);
        } finally {
            lock.unlock();
        }
    }
}
