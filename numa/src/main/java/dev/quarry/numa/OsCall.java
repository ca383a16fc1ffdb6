// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The kinds of call that [NativeMemory] makes to the operating system: what a [NativeMemoryException] names, what
/// [FaultInjectingMemory] counts and fails.
public enum OsCall {
    /// Take address space.
    RESERVE("mmap"),
    /// Make reserved address space readable and writable.
    COMMIT("mprotect"),
    /// Give the contents of a range back, keep the range.
    PURGE("madvise(MADV_DONTNEED)"),
    /// Give address space back.
    RELEASE("munmap"),
    /// Move OS pages from one range to another.
    REMAP("mremap"),
    /// Keep a range in physical memory.
    LOCK("mlock"),
    /// Undo [#LOCK].
    UNLOCK("munlock"),
    /// Back a range with physical memory now.
    POPULATE("madvise(MADV_POPULATE_WRITE)"),
    /// Say which nodes the OS pages of a range come from.
    BIND("mbind"),
    /// Name a range for `/proc/self/maps`.
    NAME("prctl(PR_SET_VMA_ANON_NAME)"),
    /// Ask for huge OS pages in a range, or refuse them.
    HUGE_PAGES("madvise(MADV_HUGEPAGE)"),
    /// Put the contents of a range into huge OS pages.
    COLLAPSE("madvise(MADV_COLLAPSE)"),
    /// Count the resident OS pages of a range.
    RESIDENT("mincore"),
    /// Ask on which nodes OS pages lie.
    NODES_OF("move_pages"),
    /// Move OS pages to another node.
    MOVE("move_pages(MPOL_MF_MOVE)"),
    /// Ask how much memory of a node is free.
    FREE_BYTES("read of meminfo");

    private final String systemCall;

    OsCall(String systemCall) {
        this.systemCall = systemCall;
    }

    /// The system call that does it on Linux, for messages.
    ///
    /// @return its name, with the deciding argument where one call does several things
    public String systemCall() {
        return systemCall;
    }
}
