// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.junit.jupiter.api.Test;

class ExceptionsTest {
    @Test
    void shouldCarryTheAddressOfABadFree() {
        InvalidFreeException invalid = new InvalidFreeException(0xdeadL, "inside a block");
        assertEquals(0xdeadL, invalid.address());
        assertEquals("inside a block", invalid.getMessage());
        assertInstanceOf(IllegalStateException.class, invalid);
    }

    @Test
    void shouldBeCaughtAsAnInvalidFreeWhenABlockIsFreedTwice() {
        InvalidFreeException invalid =
                assertInstanceOf(InvalidFreeException.class, (Object) new DoubleFreeException(0xbeefL, "freed before"));
        assertEquals(0xbeefL, invalid.address());
        assertEquals("freed before", invalid.getMessage());
    }

    @Test
    void shouldBeCaughtWhereAnyLackOfMemoryIs() {
        OutOfMemoryError error =
                assertInstanceOf(OutOfMemoryError.class, (Object) new OutOfOffHeapMemoryError("1g of 1g used"));
        assertEquals("1g of 1g used", error.getMessage());
    }
}
