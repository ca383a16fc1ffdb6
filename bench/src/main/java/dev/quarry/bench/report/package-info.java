// SPDX-License-Identifier: Apache-2.0

/// The results: the table for the reader, the JSON for programs.
@NullMarked
package dev.quarry.bench.report;

import org.jspecify.annotations.NullMarked;
