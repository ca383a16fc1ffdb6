// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/// [dev.quarry.internal.event.EventKind#PRESSURE].
@Name("quarry.Pressure")
@Label("Memory Pressure")
@Description("The level of memory pressure has changed")
final class PressureEvent extends AllocatorEvent {
    @Label("Level")
    long level;

    @Label("Used")
    @DataAmount
    long used;

    static void commit(String allocator, long level, long usedBytes) {
        PressureEvent event = new PressureEvent();
        event.allocator = allocator;
        event.level = level;
        event.used = usedBytes;
        event.commit();
    }
}
