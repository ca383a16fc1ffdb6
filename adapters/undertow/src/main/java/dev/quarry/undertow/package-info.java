// SPDX-License-Identifier: Apache-2.0
/// Undertow's buffer pool over an allocator, [dev.quarry.undertow.QuarryByteBufferPool], and what a server needs whose
/// allocator may refuse it a buffer, [dev.quarry.undertow.OutOfMemoryHandler].
@NullMarked
package dev.quarry.undertow;

import org.jspecify.annotations.NullMarked;
