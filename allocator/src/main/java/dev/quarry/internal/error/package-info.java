// SPDX-License-Identifier: Apache-2.0
/// What went wrong, each distinct error once, with how often and when.
///
/// ```
/// region, slab, arena, facade  --count-->  DistinctErrors  --logDue-->  one line a second of a kind
///                                                |
///                                                +--> report, live file
/// ```
///
/// May know: the system's clock. Everyone may count here and nobody reads back to decide.
@NullMarked
package dev.quarry.internal.error;

import org.jspecify.annotations.NullMarked;
