// SPDX-License-Identifier: Apache-2.0

/// The benchmark suite as a whole: which cases there are, who takes part on this machine, the order in which the
/// processes run, and the folder in which a run keeps what they said.
///
/// A [dev.quarry.bench.suite.Plan] is a list of steps, each of which is one process that prints one JSON value. What it
/// printed is a file of its own until all steps are done; only then do the result files appear. So an interrupted run
/// has lost at most the process that ran, and a folder with result files in it is complete.
@NullMarked
package dev.quarry.bench.suite;

import org.jspecify.annotations.NullMarked;
