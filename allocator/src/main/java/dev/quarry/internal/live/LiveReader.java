// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads a live file ([LiveLayout]), of a process that runs or of one that was killed.
///
/// It reads and does not map, so a file that is truncated meanwhile is an exception. What the file says of itself is
/// not believed: all lengths are checked.
public final class LiveReader {
    private static final int ATTEMPTS = 50;
    private static final int MAX_FILE_BYTES = 16 << 20;

    private LiveReader() {}

    /// Reads a file. While its process changes the figures it is read again, for a bounded number of times.
    /// @param path of the file
    /// @return what it says
    /// @throws LiveFileException if it is no live file, or of another version, or truncated; the message is a sentence
    /// @throws IOException       if it cannot be read
    public static LiveSnapshot read(Path path) throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
            throw new LiveFileException(exists ? path + " is no file" : "there is no file " + path);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            for (int attempt = 1; ; attempt++) {
                ByteBuffer file = load(path, channel);
                boolean isWhole = isWhole(file, channel);
                if (isWhole || attempt == ATTEMPTS) {
                    return new LiveParser(file, layoutOf(path, file)).parse(isWhole);
                }
                Thread.onSpinWait();
            }
        } catch (AccessDeniedException denied) {
            throw new LiveFileException("not allowed to read " + path);
        } catch (NoSuchFileException gone) {
            throw new LiveFileException("there is no file " + path);
        }
    }

    private static ByteBuffer load(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < LiveLayout.HEADER_BYTES || size > MAX_FILE_BYTES) {
            throw new LiveFileException(path + " is no live file: it has " + size + " bytes");
        }
        ByteBuffer file = ByteBuffer.allocate((int) size).order(ByteOrder.nativeOrder());
        while (file.hasRemaining()) {
            if (channel.read(file, file.position()) < 0) {
                throw truncated(path);
            }
        }
        return file.clear();
    }

    /// Whether the figures did not change while they were read: the sequence was even, and still is the same.
    private static boolean isWhole(ByteBuffer file, FileChannel channel) throws IOException {
        long before = file.getLong(LiveLayout.SEQUENCE_OFFSET);
        ByteBuffer after = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        return (before & 1) == 0
                && channel.read(after, LiveLayout.SEQUENCE_OFFSET) == Long.BYTES
                && after.getLong(0) == before;
    }

    private static LiveLayout layoutOf(Path path, ByteBuffer file) throws LiveFileException {
        if (file.getLong(LiveLayout.MAGIC_OFFSET) != LiveLayout.MAGIC) {
            throw new LiveFileException(path + " is no live file of Quarry, or is not complete");
        }
        int version = file.getInt(LiveLayout.VERSION_OFFSET);
        if (version != LiveLayout.VERSION) {
            throw new LiveFileException(path + " has version " + version + " of the layout, and only "
                    + LiveLayout.VERSION + " can be read");
        }
        LiveLayout layout = new LiveLayout(
                file.getInt(LiveLayout.COUNTER_COUNT_OFFSET),
                file.getInt(LiveLayout.CLASS_COUNT_OFFSET),
                file.getInt(LiveLayout.NODE_COUNT_OFFSET),
                file.getInt(LiveLayout.ERROR_BYTES_OFFSET),
                file.getInt(LiveLayout.EVENT_COUNT_OFFSET));
        if (!layout.isPlausible(file.getInt(LiveLayout.FILE_BYTES_OFFSET))) {
            throw new LiveFileException(path + " is damaged: its parts do not add up to its length");
        }
        if (file.capacity() < layout.fileBytes()) {
            throw truncated(path);
        }
        return layout;
    }

    private static LiveFileException truncated(Path path) {
        return new LiveFileException(path + " is truncated");
    }
}
