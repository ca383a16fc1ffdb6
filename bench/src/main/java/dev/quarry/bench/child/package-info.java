// SPDX-License-Identifier: Apache-2.0

/// What runs in the child processes: each measures one subject on one workload and prints one JSON object.
@NullMarked
package dev.quarry.bench.child;

import org.jspecify.annotations.NullMarked;
