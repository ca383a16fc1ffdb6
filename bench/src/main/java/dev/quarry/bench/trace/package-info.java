// SPDX-License-Identifier: Apache-2.0

/// Recorded allocation traces: reading, checking, and the form in which they are replayed. The format of the files is
/// described in `bench/traces/README.md`.
@NullMarked
package dev.quarry.bench.trace;

import org.jspecify.annotations.NullMarked;
