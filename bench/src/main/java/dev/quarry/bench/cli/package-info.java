// SPDX-License-Identifier: Apache-2.0

/// The command line behind the launcher `quarry`.
@NullMarked
package dev.quarry.bench.cli;

import org.jspecify.annotations.NullMarked;
