// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {
    @TempDir
    Path directory;

    private final TraceBytes sound =
            new TraceBytes().slots(2).allocate(0, 100).allocate(1, 50).free(0);

    private String refusal(Path file) {
        return assertThrows(IOException.class, () -> TraceFile.read(file)).getMessage();
    }

    @Test
    void shouldReadPackedTrace() throws IOException {
        Trace trace = TraceFile.read(sound.writeTo(directory));
        assertEquals("test", trace.name());
        assertEquals(4, trace.operations());
    }

    @Test
    void shouldReadWhatItWroteUnpacked() throws IOException {
        Trace trace = TraceFile.read(sound.writeTo(directory));
        Path unpacked = directory.resolve("copy.qtr");
        trace.writeUnpacked(unpacked);
        Trace copy = TraceFile.readUnpacked(unpacked);
        assertArrayEquals(trace.words(), copy.words());
        assertEquals(trace.slotCount(), copy.slotCount());
        assertEquals(trace.operations(), copy.operations());
        assertEquals(trace.peak(), copy.peak());
    }

    @Test
    void shouldRefuseFileThatIsNotThere() {
        Path file = directory.resolve("absent.qtr.gz");
        assertEquals(file + ": no such file", refusal(file));
    }

    @Test
    void shouldRefuseDirectory() {
        assertEquals(directory + ": expected a trace, found a directory", refusal(directory));
    }

    @Test
    void shouldRefuseFileThatIsNotGzip() throws IOException {
        Path file = Files.write(directory.resolve("plain.qtr.gz"), sound.unpacked());
        assertEquals(
                file + ": byte 0 of the unpacked trace: expected a sound gzip file (Not in GZIP format)",
                refusal(file));
    }

    @Test
    void shouldRefuseEmptyFile() throws IOException {
        Path file = Files.write(directory.resolve("empty.qtr.gz"), new byte[0]);
        assertEquals(
                file + ": byte 0 of the unpacked trace: the gzip file is truncated, expected its end mark",
                refusal(file));
    }

    @Test
    void shouldRefuseTruncatedGzip() throws IOException {
        byte[] packed = TraceBytes.packed(sound.unpacked());
        Path file = Files.write(directory.resolve("cut.qtr.gz"), Arrays.copyOf(packed, packed.length - 4));
        int unpackedBytes = sound.unpacked().length;
        assertEquals(
                file
                        + ": byte %d of the unpacked trace: the gzip file is truncated, expected its end mark"
                                .formatted(unpackedBytes),
                refusal(file));
    }

    @Test
    void shouldRefuseDamagedGzip() throws IOException {
        byte[] packed = TraceBytes.packed(sound.unpacked());
        packed[packed.length - 6] ^= 1; // in the checksum
        Path file = Files.write(directory.resolve("damaged.qtr.gz"), packed);
        String message = refusal(file);
        assertTrue(message.startsWith(file + ": byte "), message);
        assertTrue(message.contains("of the unpacked trace: expected a sound gzip file ("), message);
    }

    @ParameterizedTest
    @CsvSource({"a/b/redis.qtr.gz, redis", "redis.qtr, redis", "redis, redis", ".qtr.gz, .qtr.gz"})
    void shouldNameTracesAfterTheirFiles(Path file, String name) {
        assertEquals(name, TraceFile.nameOf(file));
    }
}
