// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds the JDK's internal accessor of raw memory, if the command line exports it to us.
///
/// Nothing is compiled against it: without the export, or on a JDK that has dropped it, [#AVAILABLE] is false and
/// [RawMemory] goes through `java.lang.foreign`. The system property [#PROPERTY] (`auto`, `foreign`, `internal`) is
/// read once, here, because the choice is a constant of the JVM and not of one allocator.
final class InternalAccess {
    static final String PROPERTY = "quarry.memory.access";

    private static final @Nullable Object ACCESSOR = find(System.getProperty(PROPERTY, "auto"));

    /// Whether the accessor was found and is wanted.
    static final boolean AVAILABLE = ACCESSOR != null;

    private InternalAccess() {}

    /// {@return a handle `(long address) -> type`} To be called where the accessor is available.
    static MethodHandle getter(String name, Class<?> type) {
        return handle(name, MethodType.methodType(type, long.class));
    }

    /// {@return a handle `(long address, type value) -> void`} To be called where the accessor is available.
    static MethodHandle putter(String name, Class<?> type) {
        return handle(name, MethodType.methodType(void.class, long.class, type));
    }

    /// Wraps what a handle can throw only in theory.
    static RuntimeException rethrow(Throwable thrown) {
        if (thrown instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(thrown);
    }

    private static MethodHandle handle(String name, MethodType type) {
        try {
            return MethodHandles.lookup().bind(Objects.requireNonNull(ACCESSOR), name, type);
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("this JDK's internal accessor has no " + name + type, missing);
        }
    }

    private static @Nullable Object find(String wanted) {
        String mode = wanted.strip().toLowerCase(Locale.ROOT);
        if (mode.equals("foreign")) {
            return null;
        }
        if (!mode.equals("auto") && !mode.equals("internal")) {
            throw new IllegalArgumentException(PROPERTY + "=" + wanted + " is not one of auto, foreign, internal");
        }
        try {
            Class<?> accessor = Class.forName("jdk.internal.misc.Unsafe");
            if (!accessor.getModule().isExported(accessor.getPackageName(), InternalAccess.class.getModule())
                    && mode.equals("auto")) {
                return null;
            }
            return MethodHandles.lookup()
                    .findStatic(accessor, "getUnsafe", MethodType.methodType(accessor))
                    .invoke();
        } catch (Throwable absent) {
            if (mode.equals("internal")) {
                throw new IllegalArgumentException(
                        PROPERTY + "=internal needs --add-exports java.base/jdk.internal.misc=ALL-UNNAMED", absent);
            }
            return null;
        }
    }
}
