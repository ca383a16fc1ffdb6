// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.workload;

/// What one round came to.
///
/// @param operations of all threads, in the workload's own unit
/// @param elapsedNs  of the timed part
/// @param checksum   of what was drawn: sizes and places, in the order of each thread
record Round(long operations, long elapsedNs, long checksum) {}
