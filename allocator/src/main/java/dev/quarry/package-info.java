// SPDX-License-Identifier: Apache-2.0
/// Malloc and free for the JVM: the allocator, its configuration, its statistics and its exceptions.
///
/// A block is an address. [dev.quarry.AllocatorConfig] says how an allocator works, by system properties or by code;
/// [dev.quarry.AllocatorStats] says where every committed byte is.
///
/// An address outlives no allocator: closing an allocator takes all its blocks back. Memory of one allocator cannot be
/// freed with another; such a free is refused with [dev.quarry.InvalidFreeException].
@NullMarked
package dev.quarry;

import org.jspecify.annotations.NullMarked;
