// SPDX-License-Identifier: Apache-2.0
/// What happens on slow paths, told to whoever listens.
///
/// ```
/// region, slab, arena, facade  --publish-->  EventHub  --accept-->  sinks (flight recorder, file of last events, ...)
/// ```
///
/// May know: the system's clock. Must not know: any layer, nor who listens. Everyone may publish and nobody reads
/// back, so what an allocator does never depends on whether it is watched. Nothing is published under a lock that
/// another thread may wait for.
@NullMarked
package dev.quarry.internal.event;

import org.jspecify.annotations.NullMarked;
