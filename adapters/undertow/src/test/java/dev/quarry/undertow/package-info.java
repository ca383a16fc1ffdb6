// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quarry.undertow;

import org.jspecify.annotations.NullMarked;
