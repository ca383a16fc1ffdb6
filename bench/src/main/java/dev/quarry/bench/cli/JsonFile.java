// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The file for the results. It is opened before the measurement begins: a path that cannot be written must not
/// cost the minutes that lie between.
final class JsonFile implements AutoCloseable {
    private final Path path;
    private final boolean isNew;
    private final SeekableByteChannel channel;
    private volatile boolean isWritten;

    private JsonFile(Path path, boolean isNew, SeekableByteChannel channel) {
        this.path = path;
        this.isNew = isNew;
        this.channel = channel;
    }

    static JsonFile open(Path path) throws IOException {
        try {
            boolean isNew = Files.notExists(path);
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            return new JsonFile(
                    path, isNew, Files.newByteChannel(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new IOException(path + " cannot be written: " + Reasons.reason(e), e);
        }
    }

    Path path() {
        return path;
    }

    void write(String content) throws IOException {
        try {
            channel.truncate(0);
            ByteBuffer bytes = ByteBuffer.wrap((content + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            isWritten = true;
        } catch (IOException e) {
            throw new IOException("the results cannot be written to " + path + ": " + Reasons.reason(e), e);
        }
    }

    /// Leaves no empty file behind.
    @Override
    public void close() throws IOException {
        channel.close();
        if (isNew && !isWritten) {
            Files.deleteIfExists(path);
        }
    }
}
