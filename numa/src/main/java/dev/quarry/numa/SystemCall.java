// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// A system call by its number: gives the result, or the negated error number.
interface SystemCall {
    /// The system's own. A class, not a lambda: those cost a process's start more.
    SystemCall BY_NUMBER = new SystemCall() {
        @Override
        public long call(long number, long first, long second, long third, long fourth, long fifth, long sixth) {
            return LinuxCalls.syscall(number, first, second, third, fourth, fifth, sixth);
        }
    };

    long call(long number, long first, long second, long third, long fourth, long fifth, long sixth);
}
