// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

/// The checks of arguments that all implementations of [NativeMemory] share.
final class Ranges {
    private Ranges() {}

    /// Refuses what is not a range of whole OS pages.
    static void check(long address, long byteSize, int osPageBytes) {
        if (address <= 0 || byteSize <= 0 || ((address | byteSize) & (osPageBytes - 1)) != 0) {
            throw notARange(address, byteSize, osPageBytes);
        }
    }

    private static IllegalArgumentException notARange(long address, long byteSize, int osPageBytes) {
        return new IllegalArgumentException("address 0x" + Long.toHexString(address) + " and size " + byteSize
                + " are not a range of whole OS pages of " + osPageBytes + " bytes");
    }

    static void checkReserve(long byteSize, long byteAlignment, int osPageBytes) {
        if (byteSize <= 0 || (byteSize & (osPageBytes - 1)) != 0) {
            throw new IllegalArgumentException(
                    "size " + byteSize + " is not a positive multiple of the OS page of " + osPageBytes + " bytes");
        }
        if (byteAlignment <= 0 || (byteAlignment & (byteAlignment - 1)) != 0) {
            throw new IllegalArgumentException("alignment " + byteAlignment + " is not a power of two");
        }
    }

    static void checkRemap(long fromAddress, long toAddress, long byteSize, int osPageBytes) {
        check(fromAddress, byteSize, osPageBytes);
        check(toAddress, byteSize, osPageBytes);
        if (Math.abs(fromAddress - toAddress) < byteSize) {
            throw new IllegalArgumentException("the ranges of " + byteSize + " bytes at 0x"
                    + Long.toHexString(fromAddress) + " and 0x" + Long.toHexString(toAddress) + " overlap");
        }
    }

    static void checkPlacement(Placement placement, NodeSet nodes) {
        if (placement != Placement.LOCAL && nodes.isEmpty()) {
            throw new IllegalArgumentException("placement " + placement + " needs at least one node");
        }
    }

    static void checkNodesOf(long address, int osPageCount, int[] nodes, int osPageBytes) {
        check(address, (long) osPageCount * osPageBytes, osPageBytes);
        if (nodes.length < osPageCount) {
            throw new IllegalArgumentException(
                    "an array of " + nodes.length + " nodes is too short for " + osPageCount + " OS pages");
        }
    }

    static void checkMove(long address, long byteSize, int node, int osPageBytes) {
        check(address, byteSize, osPageBytes);
        NodeSet.checked(node);
    }
}
