// SPDX-License-Identifier: Apache-2.0
package dev.quarry.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.OutOfOffHeapMemoryError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of Arrow's format, written from blocks and read into blocks.
class ArrowFileTest {
    private static final int BATCHES = 5;
    private static final int ROWS = 10_000;
    private static final Schema SCHEMA = new Schema(List.of(
            Field.nullable("number", new ArrowType.Int(64, true)), Field.nullable("text", new ArrowType.Utf8())));

    private final ArrowFixture fixture = new ArrowFixture();

    @TempDir
    private Path folder;

    @AfterEach
    void shouldHaveFreedEverything() {
        fixture.close();
    }

    @Test
    void shouldReadBackWhatWasWritten() throws IOException {
        Path file = folder.resolve("written.arrow");
        try (BufferAllocator arrow = fixture.newRoot()) {
            write(file, arrow);
        }
        long mallocsOfWriter = fixture.allocator.stats().mallocs();
        assertTrue(mallocsOfWriter > 0, "the vectors were in blocks");
        assertEquals(0, fixture.allocator.stats().liveBlocks());
        try (BufferAllocator arrow = fixture.newRoot()) {
            assertEquals(BATCHES, readAndCheck(file, arrow));
        }
        assertTrue(fixture.allocator.stats().mallocs() >= mallocsOfWriter + BATCHES, "each batch was in a block");
    }

    @Test
    void shouldReadTheFileOnceThereIsMemoryForIt() throws IOException {
        Path file = folder.resolve("too-large-for-now.arrow");
        try (BufferAllocator arrow = fixture.newRoot()) {
            write(file, arrow);
            List<Long> inTheWay = allocateAll();
            OutOfMemoryException exception = assertThrows(OutOfMemoryException.class, () -> readAndCheck(file, arrow));
            assertInstanceOf(OutOfOffHeapMemoryError.class, exception.getCause());
            assertEquals(0, arrow.getAllocatedMemory());
            assertEquals(inTheWay.size(), fixture.allocator.stats().liveBlocks());

            inTheWay.forEach(fixture.allocator::free);
            assertEquals(BATCHES, readAndCheck(file, arrow));
        }
    }

    private List<Long> allocateAll() {
        List<Long> blocks = new ArrayList<>();
        for (long block = allocateOne(); block != 0; block = allocateOne()) {
            blocks.add(block);
        }
        return blocks;
    }

    private long allocateOne() {
        return fixture.allocator.tryMalloc(64 << 10);
    }

    private static void write(Path file, BufferAllocator arrow) throws IOException {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, arrow);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                ArrowFileWriter writer = new ArrowFileWriter(root, null, channel)) {
            writer.start();
            for (int batch = 0; batch < BATCHES; batch++) {
                fill(root, batch);
                writer.writeBatch();
            }
            writer.end();
        }
    }

    private static void fill(VectorSchemaRoot root, int batch) {
        BigIntVector numbers = (BigIntVector) root.getVector("number");
        VarCharVector texts = (VarCharVector) root.getVector("text");
        root.allocateNew();
        for (int row = 0; row < ROWS; row++) {
            if (isNull(row)) {
                numbers.setNull(row);
                texts.setNull(row);
            } else {
                numbers.setSafe(row, number(batch, row));
                texts.setSafe(row, text(batch, row).getBytes(StandardCharsets.UTF_8));
            }
        }
        root.setRowCount(ROWS);
    }

    private static int readAndCheck(Path file, BufferAllocator arrow) throws IOException {
        try (FileChannel channel = FileChannel.open(file);
                ArrowFileReader reader = new ArrowFileReader(channel, arrow)) {
            int batches = 0;
            while (reader.loadNextBatch()) {
                check(reader.getVectorSchemaRoot(), batches);
                batches++;
            }
            return batches;
        }
    }

    private static void check(VectorSchemaRoot root, int batch) {
        BigIntVector numbers = (BigIntVector) root.getVector("number");
        VarCharVector texts = (VarCharVector) root.getVector("text");
        assertEquals(ROWS, root.getRowCount());
        for (int row = 0; row < ROWS; row++) {
            assertEquals(isNull(row), numbers.isNull(row));
            assertEquals(isNull(row), texts.isNull(row));
            if (!isNull(row)) {
                assertEquals(number(batch, row), numbers.get(row));
                assertEquals(text(batch, row), new String(texts.get(row), StandardCharsets.UTF_8));
            }
        }
    }

    private static boolean isNull(int row) {
        return row % 7 == 3;
    }

    private static long number(int batch, int row) {
        return ((long) batch << 40) - row;
    }

    private static String text(int batch, int row) {
        return "row " + row + " of batch " + batch;
    }
}
