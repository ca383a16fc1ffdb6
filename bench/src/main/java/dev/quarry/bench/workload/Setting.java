// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

import dev.quarry.bench.subject.BlockSource;

/// What a workload is made for.
///
/// @param source  of the blocks and threads
/// @param threads the number of its workers; some workloads pair each with a partner
record Setting(BlockSource source, int threads, Scale scale) {}
