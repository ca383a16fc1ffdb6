// SPDX-License-Identifier: Apache-2.0

/// What the allocator promises of the memory that it takes, held against what the kernel says: on the real machine,
/// with real threads and the real clock.
///
/// The system property `bounds` chooses the length: `quick` in every build, `full` with the Maven profile `bounds`.
@org.jspecify.annotations.NullMarked
package dev.quarry.bounds;
