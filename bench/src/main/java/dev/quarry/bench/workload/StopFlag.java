// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Tells the threads of a round that its time is over. Asked in every step of a timed loop, so it orders nothing.
final class StopFlag {
    private static final VarHandle SET;

    static {
        try {
            SET = MethodHandles.lookup()
                    .findVarHandle(StopFlag.class, "set", boolean.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by the handle
    private boolean set;

    void set() {
        SET.setOpaque(this, true);
    }

    boolean isSet() {
        return (boolean) SET.getOpaque(this);
    }
}
