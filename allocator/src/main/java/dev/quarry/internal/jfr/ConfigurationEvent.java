// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;

/// One option of the configuration, written at the beginning of each chunk of a recording.
@Name("quarry.Configuration")
@Label("Configuration")
@Description("An option, its value in effect and who chose it")
@Period("beginChunk")
final class ConfigurationEvent extends AllocatorEvent {
    @Label("Key")
    String key = "";

    @Label("Value")
    String value = "";

    @Label("Origin")
    String origin = "";

    static void commit(String allocator, Subject.Option option) {
        ConfigurationEvent event = new ConfigurationEvent();
        event.allocator = allocator;
        event.key = option.key();
        event.value = option.value();
        event.origin = option.origin();
        event.commit();
    }
}
