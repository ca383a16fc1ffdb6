// SPDX-License-Identifier: Apache-2.0
/// Tests on a Linux with four nodes, which [dev.quarry.numavm.NumaVmIT] starts and [dev.quarry.numavm.GuestTests] runs.
@NullMarked
package dev.quarry.numavm;

import org.jspecify.annotations.NullMarked;
