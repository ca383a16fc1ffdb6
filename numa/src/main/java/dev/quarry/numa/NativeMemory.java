// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The one interface to the operating system's memory. Everything that enters the kernel for memory goes through it, so
/// that it can be counted, made to fail ([FaultInjectingMemory]) and simulated ([SimulatedMemory]).
///
/// The life of a range of address space:
///
/// ```
///                reserve              commit                 release
///    (nothing) ----------> reserved ----------> committed ----------> (nothing)
///                                                |      ^   purge, remap: contents
///                                                +------+   become zero
/// ```
///
/// **Ranges.** An address and a byte size name a range: both are multiples of [#osPageBytes()] and the size is
/// positive, otherwise the call is an [IllegalArgumentException]. A range lies within one reservation. Apart from
/// [#release], any part of a reservation may be used.
///
/// **Failures.** Every refusal by the operating system is a [NativeMemoryException]; nothing has changed when it
/// leaves, unless the method says otherwise.
///
/// **Threads.** All methods may be called by any thread at any time, virtual threads too. Two calls at once on
/// overlapping ranges are the caller's error.
///
/// **Garbage.** [#commit], [#purge], [#currentCpu] and [#nanoTime] make none when they succeed.
public interface NativeMemory {
    /// In place of a node: the OS page is on none.
    int NOT_RESIDENT = -1;

    /// In place of a count of bytes: the system does not tell.
    long UNKNOWN = -1;

    /// The memory of this machine: Linux by its system calls where that is possible, otherwise [#portable()].
    ///
    /// @return the one instance of this process
    /// @throws IllegalStateException if this is Linux and the JVM denies native access; the message names the missing
    ///     flag
    static NativeMemory system() {
        return SystemMemory.instance();
    }

    /// Memory from `java.lang.foreign.Arena`: works everywhere and needs no native access, but reserves by
    /// allocating, and can neither remap nor bind nor lock.
    ///
    /// @return a new instance
    static NativeMemory portable() {
        return new PortableMemory();
    }

    /// What this is, for reports.
    ///
    /// @return a few words
    String description();

    /// Whether this is the portable mode, in which a reservation costs its whole size at once.
    ///
    /// @return true for [#portable()] and what wraps it
    boolean isPortable();

    /// The size of the kernel's page.
    ///
    /// @return a power of two
    int osPageBytes();

    /// Takes address space. Until it is committed, an access to it ends the process.
    ///
    /// @param byteSize how much
    /// @param byteAlignment the power of two that the address is a multiple of
    /// @return the address of the new reservation
    /// @throws NativeMemoryException if the system refuses
    long reserve(long byteSize, long byteAlignment);

    /// Makes a reserved range readable and writable. What is committed for the first time reads as zero; what is
    /// committed already stays as it is.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @throws NativeMemoryException if the system refuses
    void commit(long address, long byteSize);

    /// Gives the contents of a committed range back to the system. It reads as zero afterwards, and stays usable.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @throws NativeMemoryException if the system refuses; the contents are then old or zero, OS page by OS page
    void purge(long address, long byteSize);

    /// Gives a whole reservation back. An access to it ends the process from now on.
    ///
    /// @param address what [#reserve] returned
    /// @param byteSize what was reserved
    /// @throws NativeMemoryException if the system refuses; the reservation is then still there
    void release(long address, long byteSize);

    /// Whether [#remap] works on this machine; found out once.
    ///
    /// @return whether it does
    boolean canRemap();

    /// Moves the contents of one committed range to another of the same reservation without copying them. Both stay
    /// committed throughout; the old range reads as zero afterwards. What the new range held is lost, and what [#bind],
    /// [#hugePages] and [#name] said of the old range holds for the new one too.
    ///
    /// Costs the kernel up to two more mappings, as the moved OS pages do not merge with their new neighbours.
    ///
    /// @param fromAddress the start of the old range
    /// @param toAddress the start of the new range, which does not overlap the old one and is not locked
    /// @param byteSize the length of both
    /// @throws NativeMemoryException if the system refuses; the old range then still has its contents, the new one
    ///     is committed and its contents are undefined
    /// @throws UnsupportedOperationException unless [#canRemap()]
    void remap(long fromAddress, long toAddress, long byteSize);

    /// Brings a committed range into physical memory and keeps it there.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @throws NativeMemoryException if the system refuses, mostly by the limit of locked memory
    void lock(long address, long byteSize);

    /// Lets a locked range go.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @throws NativeMemoryException if the system refuses
    void unlock(long address, long byteSize);

    /// Backs a committed range with physical memory now, so that no later access can fail for the want of it.
    /// Contents stay.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @throws NativeMemoryException if the system refuses: `ENOMEM` for want of memory, `EFAULT` where an access would
    ///     have raised a signal, `EINVAL` on Linux before 5.14; a part of the range may be populated
    void populate(long address, long byteSize);

    /// Says which nodes the OS pages of a range are to come from. Holds for pages that are not resident yet.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @param placement how a node is chosen
    /// @param nodes the nodes to choose from, at least one; those that are offline, without memory or not allowed are
    ///     left out. Says nothing with [Placement#LOCAL]
    /// @throws NativeMemoryException if the system refuses: `EPERM` in most containers, `EINVAL` if no node is left
    void bind(long address, long byteSize, Placement placement, NodeSet nodes);

    /// On which nodes OS pages lie. Takes time in proportion to their count.
    ///
    /// Where the kernel balances memory between nodes by itself (`kernel.numa_balancing`), some kernels deny pages that
    /// they are about to look at: those count as not resident. They do so only to ranges without a placement or with
    /// [Placement#LOCAL].
    ///
    /// @param address the first OS page
    /// @param osPageCount how many
    /// @param nodes takes the node of each, in order; [#NOT_RESIDENT] for one that is not in memory, or has only been
    ///     read so far. As long as the count, or longer
    /// @throws NativeMemoryException if the system refuses: `EPERM` in most containers, `ENOSYS` without NUMA
    void nodesOf(long address, int osPageCount, int[] nodes);

    /// Moves the resident OS pages of a range to a node, as far as they can be moved: none that the kernel needs in
    /// its place or denies ([#nodesOf]), and none any more when the node is full. What [#bind] said still holds for
    /// pages that become resident later.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @param node the node's id
    /// @return how many bytes of the range lie there afterwards
    /// @throws NativeMemoryException if the system refuses the call as a whole: `EPERM` in most containers, `ENODEV`
    /// for
    ///     an offline node, `EACCES` for one that the process may not use, `ENOSYS` without NUMA. A part may have moved
    long move(long address, long byteSize, int node);

    /// The memory of a node that is free now. Reads a file: not for fast paths.
    ///
    /// @param node the node's id
    /// @return bytes; [#UNKNOWN] when the system does not tell, or there is no such node
    long freeBytes(int node);

    /// How much of a node's free memory the kernel keeps to itself: where no more is free than this, it takes pages
    /// from the next node instead. As it was when this process first asked.
    ///
    /// @param node the node's id
    /// @return bytes; 0 where nothing is known to be kept
    long keptFreeBytes(int node);

    /// Names a range for `/proc/self/maps`, as far as the kernel can.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @param name what to call it; characters that the kernel does not take are replaced by `_`, and 79 are kept
    /// @return whether it has the name now
    boolean name(long address, long byteSize, String name);

    /// Asks for huge OS pages in a range, or refuses them. A wish: the kernel decides.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @param wanted whether they are wanted
    /// @throws NativeMemoryException if the kernel has none
    void hugePages(long address, long byteSize, boolean wanted);

    /// Puts the contents of a committed range into huge OS pages now, as far as whole ones lie in it. Contents stay;
    /// what is not resident becomes so. May take milliseconds. Unlike other calls it may meet any other one on the same
    /// range, but [#release]: each OS page is then as one of the two left it, and contents are as without this call.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @throws NativeMemoryException if the system refuses: `ENOMEM`, `EBUSY` and `EAGAIN` where it cannot now, for
    ///     want of memory or because something else holds an OS page; `EINVAL` where it never can: on Linux before 6.1,
    ///     without huge OS pages, or for a range in which nothing is resident. A part may have been done
    void collapse(long address, long byteSize);

    /// The cpu that the calling thread runs on. A hint: it may be wrong by the time it is read.
    ///
    /// @return the kernel's number of the cpu, 0 or more
    int currentCpu();

    /// How much of a range is in physical memory. Takes time in proportion to the range.
    ///
    /// @param address the start of the range
    /// @param byteSize its length
    /// @return bytes, a multiple of the OS page
    /// @throws NativeMemoryException if the system refuses
    long residentBytes(long address, long byteSize);

    /// The clock, as in [System#nanoTime()].
    ///
    /// @return nanoseconds since an arbitrary moment
    long nanoTime();

    /// What tells the system's threads apart.
    ///
    /// @return by default what knows none
    default OsThreads threads() {
        return OsThreads.UNKNOWN;
    }

    /// What shows how short memory is around this process.
    ///
    /// @return a gauge, by default one that shows nothing
    default MemoryGauge memoryGauge() {
        return MemoryGauge.NONE;
    }
}
