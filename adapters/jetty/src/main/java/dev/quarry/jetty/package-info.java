// SPDX-License-Identifier: Apache-2.0
/// Jetty's buffer pool over an allocator: [dev.quarry.jetty.QuarryByteBufferPool]. For Jetty 12.1.
@NullMarked
package dev.quarry.jetty;

import org.jspecify.annotations.NullMarked;
