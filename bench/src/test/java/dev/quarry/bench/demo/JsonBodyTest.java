// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.bench.report.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonBodyTest {
    private static final int MANY_RECORDS_BYTES = 100_000;

    @Test
    void shouldBeJsonOfTheSizeThatIsAskedFor() {
        for (int byteSize = 2; byteSize < 300; byteSize++) {
            String body = body(byteSize, byteSize);
            assertEquals(byteSize, body.length());
            Json.readObject(body);
        }
    }

    @Test
    void shouldBeFullOfRecords() {
        Map<String, Object> body = Json.readObject(body(MANY_RECORDS_BYTES, 1_000_000_007));
        List<?> items = (List<?>) body.get("items");
        assertTrue(items.size() > 1024, "the records begin again at " + items.size());
        for (Object item : items) {
            assertEquals(3, ((Map<?, ?>) item).size());
        }
    }

    @Test
    void shouldDifferFromItsNeighbour() {
        assertNotEquals(body(MANY_RECORDS_BYTES, 1), body(MANY_RECORDS_BYTES, 2));
        assertEquals(body(MANY_RECORDS_BYTES, -1), body(MANY_RECORDS_BYTES, -1));
    }

    /// Behind something else, as bodies are written into a buffer that is in use.
    private static String body(int byteSize, int number) {
        ByteBuf out = Unpooled.buffer().writeInt(0);
        JsonBody.write(out, byteSize, number);
        out.skipBytes(Integer.BYTES);
        return out.toString(StandardCharsets.US_ASCII);
    }
}
