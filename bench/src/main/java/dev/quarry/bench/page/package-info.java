// SPDX-License-Identifier: Apache-2.0

/// One self-contained page from the result files of a run, and the sentences of the README that rest on such files.
@NullMarked
package dev.quarry.bench.page;

import org.jspecify.annotations.NullMarked;
