// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import org.jspecify.annotations.Nullable;

/// The error numbers that memory calls give on Linux, with the C library's own words for them.
public enum Errno {
    /// Refused by policy: a sandbox, or a missing capability.
    EPERM(1, "Operation not permitted"),
    /// There is none of what was asked for; of OS pages to move: none that needs to be moved.
    ENOENT(2, "No such file or directory"),
    /// Interrupted by a signal.
    EINTR(4, "Interrupted system call"),
    /// The device failed.
    EIO(5, "Input/output error"),
    /// Too much was asked for at once.
    E2BIG(7, "Argument list too long"),
    /// No such file descriptor, or the range is not mapped memory.
    EBADF(9, "Bad file descriptor"),
    /// Not now: over the limit of locked memory, or the kernel is short of memory for itself.
    EAGAIN(11, "Resource temporarily unavailable"),
    /// Out of memory, address space, or mappings; or the range is not mapped.
    ENOMEM(12, "Cannot allocate memory"),
    /// The mapping does not allow it; of a node: the cpuset of the process does not.
    EACCES(13, "Permission denied"),
    /// An address is wrong, or touching it would raise a signal.
    EFAULT(14, "Bad address"),
    /// In use.
    EBUSY(16, "Device or resource busy"),
    /// Something is mapped there already.
    EEXIST(17, "File exists"),
    /// The file system or device does not support mappings; of a node: it is not online.
    ENODEV(19, "No such device"),
    /// An argument is wrong, or the kernel does not know this request.
    EINVAL(22, "Invalid argument"),
    /// The system has no file table entry left.
    ENFILE(23, "Too many open files in system"),
    /// The device is full.
    ENOSPC(28, "No space left on device"),
    /// The kernel lacks this call.
    ENOSYS(38, "Function not implemented"),
    /// A value does not fit its type.
    EOVERFLOW(75, "Value too large for defined data type"),
    /// This implementation of [NativeMemory] cannot do it.
    EOPNOTSUPP(95, "Operation not supported"),
    /// The memory hardware is broken there.
    EHWPOISON(133, "Memory page has hardware error");

    private final int number;
    private final String description;

    Errno(int number, String description) {
        this.number = number;
        this.description = description;
    }

    /// The number that the C library reports.
    ///
    /// @return the value of `errno`
    public int number() {
        return number;
    }

    /// What the C library says about it.
    ///
    /// @return a few words without a full stop
    public String description() {
        return description;
    }

    /// Finds an error by its number.
    ///
    /// @param number the value of `errno`
    /// @return the error, or null when it is none that a memory call documents
    public static @Nullable Errno of(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno;
            }
        }
        return null;
    }
}
