// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quarry.netty;

import org.jspecify.annotations.NullMarked;
