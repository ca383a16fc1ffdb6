// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/// [dev.quarry.internal.event.EventKind#NOTE].
@Name("quarry.Note")
@Label("Note")
@Description("A new note in the report, mostly on what the system has refused")
final class NoteEvent extends AllocatorEvent {
    @Label("Text")
    String text = "";

    static void commit(String allocator, String text) {
        NoteEvent event = new NoteEvent();
        event.allocator = allocator;
        event.text = text;
        event.commit();
    }
}
