// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/// What all events have. Without stacks: those of slow paths say who happened to come by, and cost more than the rest.
///
/// Registered when its class is initialized, by [FlightRecording], in a thread that is in no allocation.
@Category("Quarry")
@StackTrace(false)
abstract class AllocatorEvent extends Event {
    @Label("Allocator")
    String allocator = "";
}
