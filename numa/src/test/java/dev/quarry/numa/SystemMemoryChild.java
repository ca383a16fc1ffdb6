// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The program that [SystemMemoryTest] runs under other flags: asks for the memory of the system twice, as a refusal
/// must not be another one the second time.
final class SystemMemoryChild {
    private SystemMemoryChild() {}

    public static void main(String[] arguments) {
        System.out.println("first: " + outcome());
        System.out.println("second: " + outcome());
    }

    private static String outcome() {
        try {
            NativeMemory memory = NativeMemory.system();
            memory.release(memory.reserve(memory.osPageBytes(), 1), memory.osPageBytes());
            return "ok";
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }
}
