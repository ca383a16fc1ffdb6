// SPDX-License-Identifier: Apache-2.0
/// Agrona's buffers over blocks: [dev.quarry.agrona.AgronaBuffers] makes them, closing one frees its block.
///
/// Agrona's buffers need a flag of the JVM that the allocator does not: `--add-exports
/// java.base/jdk.internal.misc=ALL-UNNAMED`. Where it is missing, [dev.quarry.agrona.AgronaBuffers] says so.
@NullMarked
package dev.quarry.agrona;

import org.jspecify.annotations.NullMarked;
