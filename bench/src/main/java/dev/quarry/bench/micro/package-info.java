// SPDX-License-Identifier: Apache-2.0

/// JMH benchmarks of single operations.
@NullMarked
package dev.quarry.bench.micro;

import org.jspecify.annotations.NullMarked;
