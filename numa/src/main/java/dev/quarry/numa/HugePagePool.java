// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The huge OS pages of one size that a node keeps ready, as the operator reserved them. Others, which the kernel makes
/// by itself of ordinary ones, are not among them.
///
/// @param osPageBytes the size of each
/// @param total how many there are
/// @param free how many of them were free when this was read
public record HugePagePool(long osPageBytes, long total, long free) {
    /// Checks the parts.
    ///
    /// @throws IllegalArgumentException if the size is no power of two, or the counts are not `0 <= free <= total`
    public HugePagePool {
        if (osPageBytes <= 0 || Long.bitCount(osPageBytes) != 1) {
            throw new IllegalArgumentException("huge OS pages of " + osPageBytes + " bytes, expected a power of two");
        }
        if (free < 0 || free > total) {
            throw new IllegalArgumentException(
                    free + " of " + total + " huge OS pages free, expected 0 to all of them");
        }
    }
}
