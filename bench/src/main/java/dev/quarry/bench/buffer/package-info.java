// SPDX-License-Identifier: Apache-2.0

/// Netty's buffers out of different pools, and the sizes that servers ask for.
@NullMarked
package dev.quarry.bench.buffer;

import org.jspecify.annotations.NullMarked;
