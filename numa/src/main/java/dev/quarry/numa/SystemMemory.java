// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/// Chooses the [NativeMemory] of this process, once.
final class SystemMemory {
    private SystemMemory() {}

    static NativeMemory instance() {
        if (!isLinux()) {
            return Portable.INSTANCE;
        }
        requireNativeAccess(NativeMemory.class.getModule());
        return LinuxMemory.isKnownMachine() ? Linux.INSTANCE : Portable.INSTANCE;
    }

    /// Asked without a restricted call, and without a system property: what matters is the kernel's interface, not
    /// its name.
    private static boolean isLinux() {
        return Files.isDirectory(Path.of("/proc/self"))
                && Linker.nativeLinker().defaultLookup().find("mremap").isPresent()
                && ValueLayout.ADDRESS.byteSize() == Long.BYTES;
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
