// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.Timespan;

/// What took some time.
abstract class TimedEvent extends AllocatorEvent {
    @Label("Elapsed")
    @Timespan(Timespan.NANOSECONDS)
    long elapsed;

    /// Called by the recorder before it writes the event.
    @Name("minimum")
    @Label("Minimum")
    @Description("Record only what took at least so long")
    @Timespan
    @SettingDefinition
    @SuppressWarnings("UnusedMethod")
    boolean minimum(ElapsedControl control) {
        return control.accepts(elapsed);
    }
}
