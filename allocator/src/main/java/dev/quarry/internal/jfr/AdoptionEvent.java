// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/// [dev.quarry.internal.event.EventKind#ADOPTION_ENDED] and [dev.quarry.internal.event.EventKind#ADOPTION_IDLE].
@Name("quarry.Adoption")
@Label("Adoption")
@Description("Arenas were taken from threads that have ended or been idle")
final class AdoptionEvent extends AllocatorEvent {
    @Label("Arenas")
    long arenas;

    @Label("Cause")
    @Description("Whether the threads have ended or been idle")
    String cause = "";

    static void commit(String allocator, long arenas, String cause) {
        AdoptionEvent event = new AdoptionEvent();
        event.allocator = allocator;
        event.arenas = arenas;
        event.cause = cause;
        event.commit();
    }
}
