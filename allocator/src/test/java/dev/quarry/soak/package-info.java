// SPDX-License-Identifier: Apache-2.0

/// A service's life in little: threads come, hand blocks to one another, fall idle and end, for as long as one likes.
@org.jspecify.annotations.NullMarked
package dev.quarry.soak;
