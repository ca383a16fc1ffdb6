// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.NodeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumaPolicyTest {
    @ParameterizedTest
    @ValueSource(strings = {"local", "off", "interleave", "preferred:2", "bind:0", "bind:0,2-3", "interleave:1,3"})
    void shouldReadWhatItWrites(String text) {
        NumaPolicy policy = NumaPolicy.parse(text);
        assertEquals(text, String.valueOf(policy));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "bind", "bind:", "preferred:", "preferred:0-1", "preferred", "local:0", "near", "bind:-1"})
    void shouldReadNothingElse(String text) {
        assertNull(NumaPolicy.parse(text));
    }

    @Test
    void shouldBeStrictWhereItBinds() {
        assertTrue(NumaPolicy.bind(1).isStrict());
        assertFalse(NumaPolicy.preferred(1).isStrict());
        assertFalse(NumaPolicy.LOCAL.isStrict());
        assertTrue(NumaPolicy.LOCAL.strict().isStrict());
        assertFalse(NumaPolicy.bind(1).advisory().isStrict());
    }

    @Test
    void shouldBeEqualByKindNodesAndStrictness() {
        assertEquals(NumaPolicy.bind(2, 0), NumaPolicy.bind(0, 2));
        assertEquals(NumaPolicy.bind(2, 0).hashCode(), NumaPolicy.bind(0, 2).hashCode());
        assertNotEquals(NumaPolicy.bind(0), NumaPolicy.bind(0).advisory());
        assertNotEquals(NumaPolicy.interleave(0), NumaPolicy.bind(0).advisory());
        assertEquals(NodeSet.of(0, 2), NumaPolicy.bind(2, 0).nodes());
    }

    @Test
    void shouldNeedANode() {
        assertThrows(IllegalArgumentException.class, NumaPolicy::bind);
        assertThrows(IllegalArgumentException.class, NumaPolicy::interleave);
        assertThrows(IllegalArgumentException.class, () -> NumaPolicy.preferred(-1));
    }
}
