// SPDX-License-Identifier: Apache-2.0
/// Where Arrow looks for its default allocation manager. The package is Arrow's; what it has of ours is found by name.
@NullMarked
package org.apache.arrow.memory.unsafe;

import org.jspecify.annotations.NullMarked;
