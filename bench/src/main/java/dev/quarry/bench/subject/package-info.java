// SPDX-License-Identifier: Apache-2.0

/// What is measured: one small adapter for each allocator, and the loops that drive it. A process measures one subject
/// only, so that the JIT compiler finds one implementation behind each call and inlines it.
@NullMarked
package dev.quarry.bench.subject;

import org.jspecify.annotations.NullMarked;
