// SPDX-License-Identifier: Apache-2.0

/// Starts the child processes, the native harness among them, and collects what they print.
@NullMarked
package dev.quarry.bench.runner;

import org.jspecify.annotations.NullMarked;
