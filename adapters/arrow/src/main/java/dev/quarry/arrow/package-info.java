// SPDX-License-Identifier: Apache-2.0
/// Apache Arrow's buffers over an allocator: [dev.quarry.arrow.QuarryAllocationManagerFactory].
@NullMarked
package dev.quarry.arrow;

import org.jspecify.annotations.NullMarked;
