// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quarry.arrow;

import org.jspecify.annotations.NullMarked;
