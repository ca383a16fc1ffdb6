// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.MemorySegment;

/// Chooses the [NativeMemory] of this process, once.
final class SystemMemory {
    private SystemMemory() {}

    static NativeMemory instance() {
        if (!LinuxMemory.isLinux()) {
            return Portable.INSTANCE;
        }
        requireNativeAccess(NativeMemory.class.getModule());
        return LinuxMemory.isKnownMachine() ? Linux.INSTANCE : Portable.INSTANCE;
    }

    /// Asks for native access in a place where the answer can be caught: thrown by a static initialiser it would be an
    /// ExceptionInInitializerError the first time and a NoClassDefFoundError ever after.
    @SuppressWarnings("restricted")
    private static void requireNativeAccess(Module module) {
        if (module.isNativeAccessEnabled()) {
            return;
        }
        try {
            MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException e) {
            throw new IllegalStateException(denied(module), e);
        }
    }

    static String denied(Module module) {
        return "native access is denied to " + (module.isNamed() ? "module " + module.getName() : "the class path")
                + ": start the JVM with --enable-native-access="
                + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    private static final class Linux {
        static final NativeMemory INSTANCE = new LinuxMemory();
    }

    private static final class Portable {
        static final NativeMemory INSTANCE = new PortableMemory();
    }
}
