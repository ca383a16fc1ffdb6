// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void shouldReadWhatItWrote() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("text", "a \"quoted\" \\ path\nand \u0001 control");
        object.put("whole", 5_000_000_000L);
        object.put("fraction", 1.25);
        object.put("yes", true);
        object.put("numbers", List.of(1L, 2L, 3L));
        object.put("nested", Map.of("list", List.of("a", Map.of(), List.of())));
        assertEquals(object, Json.read(Json.write(object)));
    }

    @Test
    void shouldKeepTheOrderOfMembers() {
        Map<String, Object> object = Json.readObject("{\"z\":1,\"a\":2,\"m\":3}");
        assertEquals(List.of("z", "a", "m"), new ArrayList<>(object.keySet()));
    }

    @Test
    void shouldWriteWhatIsNoNumberAsNull() {
        assertEquals("null", Json.write(Double.NaN));
        assertNull(Json.read("null"));
    }

    @Test
    void shouldWriteArraysOfLongs() {
        assertEquals("[1, 2]", Json.write(new long[] {1, 2}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\"}", "[1 2]", "{\"a\":1} x", "\"open", "word", "1.2.3"})
    void shouldRefuseWhatIsNotJson(String text) {
        assertThrows(IllegalArgumentException.class, () -> Json.read(text));
    }

    @Test
    void shouldRefuseWhatIsNoObject() {
        assertThrows(IllegalArgumentException.class, () -> Json.readObject("[1]"));
    }
}
