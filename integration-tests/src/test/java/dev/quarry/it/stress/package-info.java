// SPDX-License-Identifier: Apache-2.0
/// What the races of jcstress share. The races themselves stand beside the classes that they run, in their packages.
@NullMarked
package dev.quarry.it.stress;

import org.jspecify.annotations.NullMarked;
