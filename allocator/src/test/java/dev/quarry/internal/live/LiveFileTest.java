// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.error.DistinctErrors;
import dev.quarry.internal.error.ErrorKind;
import dev.quarry.internal.event.EventHub;
import dev.quarry.internal.event.EventKind;
import dev.quarry.numa.SimulatedMachine;
import dev.quarry.numa.SimulatedMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveFileTest {
    private static final int CLASSES = 3;
    private static final int NODES = 2;

    @TempDir
    Path folder;

    private final SimulatedMemory os =
            new SimulatedMemory(SimulatedMachine.builder().build());
    private Path path;
    private LiveFile file;

    @BeforeEach
    void create() throws IOException {
        path = folder.resolve("7-mine.live");
        file = LiveFile.create(path, "mine", 7, CLASSES, NODES, os.nanoTime());
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Test
    void shouldBeTheOwnersOnlyAndHaveAllItsBlocks() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        assertTrue(Files.size(path) < 128 << 10, "a file of " + Files.size(path) + " bytes");
        Process stat = new ProcessBuilder("stat", "-c", "%b %B", path.toString()).start();
        String[] blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .trim()
                .split(" ");
        assertTrue(Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]) >= Files.size(path), "the file has holes");
    }

    @Test
    void shouldBeReadAsItWasWritten() throws IOException {
        file.beginSnapshot();
        for (LiveCounter counter : LiveCounter.values()) {
            file.set(counter, 1_000 + counter.typeId());
        }
        file.setClass(0, ClassColumn.SLOT_BYTES, 16);
        file.setClass(CLASSES - 1, ClassColumn.FLUSHES, 17);
        file.setNode(NODES - 1, NodeColumn.PURGED_BYTES, 18);
        file.endSnapshot(4_711);
        LiveSnapshot read = LiveReader.read(path);
        assertTrue(read.isWhole());
        assertEquals("mine", read.name());
        assertEquals(7, read.pid());
        assertEquals(4_711, read.snapshotNs());
        assertEquals(LiveCounter.values().length, read.counters().size());
        for (LiveCounter counter : LiveCounter.values()) {
            assertEquals(1_000 + counter.typeId(), read.get(counter));
        }
        assertEquals("quarry.committed.bytes", read.counters().get(4).label());
        assertEquals(16, read.sizeClasses().get(0)[ClassColumn.SLOT_BYTES]);
        assertEquals(17, read.sizeClasses().get(CLASSES - 1)[ClassColumn.FLUSHES]);
        assertEquals(18, read.nodes().get(NODES - 1)[NodeColumn.PURGED_BYTES]);
        assertArrayEquals(new long[NodeColumn.COUNT], read.nodes().get(0));
        assertEquals(List.of(), read.errors());
        assertEquals(List.of(), read.events());
    }

    @Test
    void shouldSayWhenTheFiguresDoNotBelongTogether() throws IOException {
        file.beginSnapshot();
        file.set(LiveCounter.LIVE_BYTES, 1);
        assertFalse(LiveReader.read(path).isWhole());
        file.endSnapshot(1);
        assertTrue(LiveReader.read(path).isWhole());
    }

    @Test
    void shouldKeepDistinctErrorsWithTheirCounts() throws IOException {
        DistinctErrors errors = new DistinctErrors("mine", os);
        errors.count(ErrorKind.INVALID_FREE, "double", "", new IllegalStateException("0x10 is free already"));
        file.writeErrors(errors);
        errors.count(ErrorKind.INVALID_FREE, "double", "", null);
        errors.count(ErrorKind.SYSTEM_CALL, "mprotect", "ENOMEM", null);
        file.writeErrors(errors);
        List<LiveSnapshot.ErrorEntry> read = LiveReader.read(path).errors();
        assertEquals(2, read.size());
        assertEquals(2, read.get(0).count());
        assertEquals(
                "invalid free, double; the first: 0x10 is free already",
                read.get(0).text());
        assertEquals(1, read.get(1).count());
        assertEquals("refused system call, mprotect: ENOMEM", read.get(1).text());
        assertTrue(read.get(0).firstEpochMs() > 0);
        assertTrue(read.get(0).lastEpochMs() >= read.get(0).firstEpochMs());
    }

    @Test
    void shouldLeaveOutErrorsForWhichThereIsNoRoom() throws IOException {
        DistinctErrors errors = new DistinctErrors("mine", os);
        String tooLong = "x".repeat(LiveFile.ERROR_BYTES / 3);
        for (int error = 0; error < 4; error++) {
            errors.count(ErrorKind.CALLBACK, tooLong + error, "", null);
        }
        file.writeErrors(errors);
        file.writeErrors(errors);
        assertEquals(2, LiveReader.read(path).errors().size());
    }

    @Test
    void shouldKeepTheLastEvents() throws IOException {
        EventRing ring = new EventRing(os);
        int count = LiveFile.EVENTS + 100;
        for (int event = 0; event < count; event++) {
            os.advanceClock(1);
            ring.accept(EventKind.COMMIT, EventHub.ANY_NODE, event, 2, 3);
            file.writeEvents(ring);
        }
        ring.accept(EventKind.REFILL, 0, 1, 2, 3);
        ring.accept(EventKind.PRESSURE, 1, 5, 2, 0);
        file.writeEvents(ring);
        LiveSnapshot read = LiveReader.read(path);
        assertEquals(LiveFile.EVENTS, read.events().size());
        LiveSnapshot.Event first = read.events().get(0);
        LiveSnapshot.Event last = read.events().get(LiveFile.EVENTS - 1);
        assertEquals(count + 1 - LiveFile.EVENTS, first.number());
        assertEquals(count + 1 - LiveFile.EVENTS, first.bytes());
        assertEquals("commit", first.name());
        assertEquals(EventHub.ANY_NODE, first.node());
        assertEquals(3, first.durationNs());
        assertEquals("pressure", last.name());
        assertEquals(1, last.node());
        assertEquals(2, ring.pressureLevel());
        assertEquals(count, ring.commits());
        assertEquals(read.createdEpochMs(), read.toEpochMs(read.createdNs()));
        assertEquals(os.nanoTime(), last.atNs());
    }

    @Test
    void shouldLeaveOutAnEventThatWasCut() throws IOException {
        EventRing ring = new EventRing(os);
        for (int event = 0; event < 3; event++) {
            ring.accept(EventKind.PURGE, 0, event, 0, 0);
        }
        file.writeEvents(ring);
        long first = new LiveLayout(LiveCounter.values().length, CLASSES, NODES, LiveFile.ERROR_BYTES, LiveFile.EVENTS)
                .eventOffset(1);
        patch(first + LiveLayout.EVENT_SEQUENCE, 2 * 1 + 1);
        assertEquals(
                List.of(0L, 2L),
                LiveReader.read(path).events().stream()
                        .map(LiveSnapshot.Event::number)
                        .toList());
    }

    @Test
    void shouldRefuseWhatIsNoLiveFileInOneSentence() throws IOException {
        Path other = Files.write(folder.resolve("other"), new byte[4_096]);
        assertRefused(other, "is no live file of Quarry, or is not complete");
        assertRefused(Files.write(folder.resolve("short"), new byte[10]), "is no live file: it has 10 bytes");
        assertRefused(folder, "is no file");
        assertRefused(folder.resolve("none"), "there is no file");
        patch(LiveLayout.FILE_BYTES_OFFSET, 4_000);
        assertRefused(path, "is damaged");
        patch(LiveLayout.VERSION_OFFSET, 99);
        assertRefused(path, "has version 99 of the layout");
    }

    @Test
    void shouldRefuseATruncatedFile() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(60_000);
        }
        assertRefused(path, "is truncated");
    }

    @Test
    void shouldNotWriteOverAFileThatIsThere() {
        assertThrows(FileAlreadyExistsException.class, () -> LiveFile.create(path, "mine", 7, CLASSES, NODES, 0));
        assertTrue(Files.exists(path));
    }

    private static void assertRefused(Path path, String expected) {
        LiveFileException refused = assertThrows(LiveFileException.class, () -> LiveReader.read(path));
        assertTrue(String.valueOf(refused.getMessage()).contains(expected), refused.getMessage());
    }

    private void patch(long offset, long value) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, value);
        if (offset < LiveLayout.HEADER_BYTES) {
            bytes.limit(Integer.BYTES);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(bytes, offset);
        }
    }
}
