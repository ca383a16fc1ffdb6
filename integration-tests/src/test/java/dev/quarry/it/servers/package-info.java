// SPDX-License-Identifier: Apache-2.0
/// Real servers with real clients, on loopback.
@NullMarked
package dev.quarry.it.servers;

import org.jspecify.annotations.NullMarked;
