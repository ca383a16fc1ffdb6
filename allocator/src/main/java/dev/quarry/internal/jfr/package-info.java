// SPDX-License-Identifier: Apache-2.0
/// The allocator's events in the JDK's Flight Recorder.
///
/// ```
/// EventHub  --accept-->  FlightRecording  --commit-->  RefillEvent, PurgeEvent, ... (jdk.jfr.Event)
/// recorder  --1 s, chunk-->  FlightRecording  --commit-->  StatisticsEvent, ConfigurationEvent
/// ```
///
/// No class of this package is loaded before a recorder is there. May know: the events and the allocator's contract.
/// Must not know: any layer.
@NullMarked
package dev.quarry.internal.jfr;

import org.jspecify.annotations.NullMarked;
