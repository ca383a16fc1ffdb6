// SPDX-License-Identifier: Apache-2.0
/// Undertow's buffer pool over an allocator: [dev.quarry.undertow.QuarryByteBufferPool].
@NullMarked
package dev.quarry.undertow;

import org.jspecify.annotations.NullMarked;
