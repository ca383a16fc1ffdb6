// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static dev.quarry.internal.live.LiveCounter.COMMITTED_BYTES;
import static dev.quarry.internal.live.LiveCounter.INVALID_FREES;
import static dev.quarry.internal.live.LiveCounter.LIMIT_BYTES;
import static dev.quarry.internal.live.LiveCounter.LIVE_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.internal.live.LiveFolder;
import dev.quarry.internal.live.LiveReader;
import dev.quarry.internal.live.LiveSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of live files when something goes wrong, and what of the allocator: nothing.
@Tag("once")
class LiveFaultTest {
    private static final int KILLED = 128 + 9;

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void name() {
        folder = parent.resolve("live");
    }

    @Test
    void shouldLeaveAWholeFileWhenTheProcessIsKilled() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(LiveChild.class, List.of(), "killed", folder.toString());
        assertEquals(KILLED, outcome.exitCode(), outcome::toString);
        List<Path> files = LiveFolder.files(folder);
        assertEquals(1, files.size(), outcome::toString);
        LiveSnapshot left = LiveReader.read(files.get(0));
        assertTrue(left.isWhole());
        assertEquals("child", left.name());
        assertEquals(LiveFolder.pidOf(files.get(0)), left.pid());
        assertEquals(left.get(COMMITTED_BYTES), LiveBuckets.sum(left));
        assertTrue(left.get(COMMITTED_BYTES) <= left.get(LIMIT_BYTES));
        assertTrue(left.get(LIVE_BYTES) > 0);
        assertEquals(1, left.get(INVALID_FREES));
        assertEquals(1, left.errors().get(0).count());
        assertTrue(left.errors().get(0).text().startsWith("invalid free, foreign"), left.errors()::toString);
        assertTrue(left.events().stream().anyMatch(event -> event.name().equals("commit")), left.events()::toString);
    }

    @Test
    void shouldEndTheFileAndNothingElseWhenItIsTruncated() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(LiveChild.class, List.of(), "truncated", folder.toString());
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("noted: 20 of 20"), outcome::toString);
        assertEquals(List.of(), LiveFolder.files(folder));
    }

    /// A limit of a file's size stands for a disk that is full: the first blocks can be had and later ones cannot.
    @Test
    void shouldGoOnWithoutAFileWhenTheDiskIsFull() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(
                "ulimit -f 96; exec", LiveChild.class, List.of("-XX:-UsePerfData"), "full", folder.toString());
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("note: there is no live file: File too large"), outcome::toString);
        assertEquals(List.of(), LiveFolder.files(folder));
    }

    @Test
    void shouldRemoveTheFileAtTheEndOfTheProcess() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(LiveChild.class, List.of(), "exit", folder.toString());
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("made: " + folder), outcome::toString);
        assertEquals(List.of(), LiveFolder.files(folder));
    }

    @Test
    void shouldMakeNoFileInAProcessThatIsEnding() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(LiveChild.class, List.of(), "ending", folder.toString());
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("used, true"), outcome::toString);
        assertEquals(List.of(), LiveFolder.files(folder));
    }

    @Test
    void shouldRemoveTheFileAtTheClose() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(LiveChild.class, List.of(), "closed", folder.toString());
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("made: " + folder), outcome::toString);
        assertEquals(List.of(), LiveFolder.files(folder));
    }

    @Test
    void shouldGoOnWithoutAFileWhereTheFolderIsOpenToOthers() throws Exception {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (OffHeapAllocator allocator = OffHeapAllocator.create(
                AllocatorConfig.builder().live(folder.toString()).build())) {
            assertNull(allocator.livePath());
            assertTrue(
                    allocator.report().contains("note: there is no live file: " + folder + " is open to others"),
                    allocator::report);
            allocator.free(allocator.malloc(100));
        }
    }
}
