// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.trace;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Reads and checks traces. What is wrong with a file leaves as an [IOException] whose message is one sentence.
public final class TraceFile {
    public static final String SUFFIX = ".qtr.gz";

    /// Far above any trace that fits a replay, and below what an array holds.
    private static final int MAX_UNPACKED_BYTES = 1 << 29;

    private TraceFile() {}

    /// Reads a trace as it is recorded: with gzip around it.
    public static Trace read(Path file) throws IOException {
        return new TraceDecoder(file.toString(), nameOf(file), unpack(file)).decode();
    }

    /// Reads what [Trace#writeUnpacked(Path)] wrote.
    public static Trace readUnpacked(Path file) throws IOException {
        return new TraceDecoder(file.toString(), nameOf(file), Files.readAllBytes(file)).decode();
    }

    static String nameOf(Path file) {
        String name = file.getFileName().toString();
        int suffix = name.indexOf(".qtr");
        return suffix > 0 ? name.substring(0, suffix) : name;
    }

    private static byte[] unpack(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new TraceFormatException("%s: expected a trace, found a directory".formatted(file));
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (InputStream packed = Files.newInputStream(file);
                InputStream unpacked = new GZIPInputStream(packed, 1 << 16)) {
            copy(file, unpacked, content);
        } catch (NoSuchFileException e) {
            throw (IOException) new FileNotFoundException("%s: no such file".formatted(file)).initCause(e);
        } catch (EOFException e) {
            throw because(
                    e,
                    file,
                    "byte %d of the unpacked trace: the gzip file is truncated, expected its end mark",
                    content);
        } catch (ZipException e) {
            throw because(
                    e,
                    file,
                    "byte %d of the unpacked trace: expected a sound gzip file (" + e.getMessage() + ")",
                    content);
        }
        return content.toByteArray();
    }

    private static void copy(Path file, InputStream from, ByteArrayOutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
            to.write(buffer, 0, length);
            if (to.size() > MAX_UNPACKED_BYTES) {
                throw new TraceFormatException(
                        file.toString(), to.size(), "at most " + MAX_UNPACKED_BYTES + " bytes", "more");
            }
        }
    }

    private static IOException because(IOException cause, Path file, String format, ByteArrayOutputStream content) {
        TraceFormatException e = new TraceFormatException(file + ": " + format.formatted(content.size()));
        e.initCause(cause);
        return e;
    }
}
