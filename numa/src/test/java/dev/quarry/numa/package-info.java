// SPDX-License-Identifier: Apache-2.0

/// Tests of the native memory and topology layer.
@org.jspecify.annotations.NullMarked
package dev.quarry.numa;
