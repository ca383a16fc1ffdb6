// SPDX-License-Identifier: Apache-2.0
/// Tests of the whole: the arrows of the architecture, races on the lock-free classes, and what needs a JVM of its own.
@NullMarked
package dev.quarry.it;

import org.jspecify.annotations.NullMarked;
