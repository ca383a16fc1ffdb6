// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quarry.agrona;

import org.jspecify.annotations.NullMarked;
