// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

/// An allocator in JMX, as `dev.quarry:type=Allocator,name=<name>`.
///
/// Attributes are taken from one snapshot for a quarter of a second, so that those read together add up. Byte counts
/// are in bytes; counts of events start at 0 with the allocator. What they mean is said in [AllocatorStats].
public interface AllocatorMXBean {
    /// {@return the allocator's name}
    String getName();

    /// {@return the most that may be committed, in bytes}
    long getLimitBytes();

    /// {@return address space reserved, in bytes}
    long getReservedBytes();

    /// {@return bytes committed: the sum of the eight buckets}
    long getCommittedBytes();

    /// {@return bytes committed less the clean spans: what is taken from the machine}
    long getHeldBytes();

    /// {@return bytes requested and not freed}
    long getLiveBytes();

    /// {@return bytes of live blocks' slots or spans, less what was requested}
    long getWasteBytes();

    /// {@return bytes of free slots in slabs in use}
    long getSlabFreeBytes();

    /// {@return bytes kept for reuse}
    long getLookasideBytes();

    /// {@return bytes of free spans that may be resident}
    long getSpanDirtyBytes();

    /// {@return bytes of free spans that are not resident}
    long getSpanCleanBytes();

    /// {@return bytes freed and not yet reusable}
    long getQuarantineBytes();

    /// {@return bytes of the allocator's own records}
    long getMetadataBytes();

    /// {@return blocks handed out and not freed}
    long getLiveBlocks();

    /// {@return blocks handed out since the start}
    long getMallocs();

    /// {@return blocks taken back since the start}
    long getFrees();

    /// {@return those of the frees that were done by a thread which does not own the block}
    long getRemoteFrees();

    /// {@return frees that were refused}
    long getInvalidFrees();

    /// {@return arenas made so far}
    int getArenas();

    /// {@return arenas adopted from ended and idle threads so far}
    long getAdoptions();

    /// {@return the level of memory pressure: `NORMAL`, `MODERATE` or `SEVERE`}
    String getPressure();

    /// {@return the configuration in effect, an option a line}
    String getConfiguration();

    /// {@return the text report}
    String report();

    /// Gives back all that can be given back, now.
    void trim();

    /// Walks everything and judges what it finds. While other threads work the walk sees states half way, so a
    /// violation counts only if it is found five times over a quarter of a second in which no block was handed out or
    /// taken back. The walk harms nobody at any time.
    /// @return `holds`; or `broken: ` and the invariant; or `not at rest: ` and what the last attempt met, which means
    ///     nothing: ask again when the load is off
    /// @throws IllegalStateException if the allocator is closed
    String verify();

    /// {@return free blocks by order, in the kernel's columns}
    String buddyinfo();

    /// {@return size classes, in the kernel's columns}
    String slabinfo();

    /// {@return zones, in the kernel's columns}
    String zoneinfo();

    /// {@return where pages came from, in the columns of `numastat`}
    String numastat();
}
