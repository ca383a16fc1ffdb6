// SPDX-License-Identifier: Apache-2.0

/// Netty's buffers out of different pools, under the loads by which the developers of Netty compare pools. One pool
/// and one case are measured in a child process each.
@NullMarked
package dev.quarry.bench.buffer;

import org.jspecify.annotations.NullMarked;
