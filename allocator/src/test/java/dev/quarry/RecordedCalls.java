// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.OsCall;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A memory that remembers of which ranges what was asked.
final class RecordedCalls {
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final NativeMemory memory;

    /// A range of addresses.
    record Range(long address, long byteSize) {}

    private record Call(String method, Range range) {}

    RecordedCalls(NativeMemory recorded) {
        this.memory = (NativeMemory) Proxy.newProxyInstance(
                NativeMemory.class.getClassLoader(),
                new Class<?>[] {NativeMemory.class},
                (proxy, method, arguments) -> call(recorded, method, arguments));
    }

    private @Nullable Object call(NativeMemory recorded, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (arguments != null && arguments.length >= 2) {
            if (arguments[0] instanceof Long address && arguments[1] instanceof Long byteSize) {
                calls.add(new Call(method.getName(), new Range(address, byteSize)));
            }
        }
        try {
            return method.invoke(recorded, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    /// {@return what to call}
    NativeMemory memory() {
        return memory;
    }

    /// {@return the ranges of all calls of a kind, in order}
    /// @param call whose method has its name
    List<Range> of(OsCall call) {
        return calls.stream()
                .filter(each -> each.method.equalsIgnoreCase(call.name()))
                .map(Call::range)
                .toList();
    }
}
