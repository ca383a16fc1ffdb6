// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// Threads as the C library knows them, and the fence of membarrier(2), since Linux 4.14.
final class LinuxThreads implements OsThreads {
    private static final int PRIVATE_EXPEDITED = 1 << 3;
    private static final int REGISTER_PRIVATE_EXPEDITED = 1 << 4;

    private final long membarrierNumber;
    private final SystemCall systemCall;
    private final boolean areKnown;

    LinuxThreads(String machine) {
        this(machine, SystemCall.BY_NUMBER);
    }

    LinuxThreads(String machine, SystemCall systemCall) {
        this.membarrierNumber = machine.equals("x86_64") ? 324 : 283;
        this.systemCall = systemCall;
        this.areKnown = membarrier(REGISTER_PRIVATE_EXPEDITED) == 0;
    }

    /// Where the fence is refused, by an old kernel or a filter of system calls.
    @Override
    public boolean areKnown() {
        return areKnown;
    }

    @Override
    public long current() {
        return LinuxCalls.pthreadSelf();
    }

    /// A process that was restored from a checkpoint is not registered any more.
    @Override
    public boolean fence() {
        long error = membarrier(PRIVATE_EXPEDITED);
        if (error == -Errno.EPERM.number() && membarrier(REGISTER_PRIVATE_EXPEDITED) == 0) {
            error = membarrier(PRIVATE_EXPEDITED);
        }
        return error == 0;
    }

    private long membarrier(int command) {
        return systemCall.call(membarrierNumber, command, 0, 0, 0, 0, 0);
    }
}
