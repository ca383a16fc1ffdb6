// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.quarry.jetty;

import org.jspecify.annotations.NullMarked;
