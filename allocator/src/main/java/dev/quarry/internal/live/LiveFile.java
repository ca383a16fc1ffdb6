// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.live;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quarry.internal.error.DistinctErrors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The writer of a live file ([LiveLayout]).
///
/// All blocks of the file exist before it is mapped, so a full disk is an exception at the start and not a signal
/// later. If someone truncates the file under the mapping, writing to it is an `InternalError`, which may come a moment
/// later: [#settle] waits for it.
///
/// Used by one thread at a time. Makes no garbage but for errors that are new.
public final class LiveFile implements AutoCloseable {
    static final int ERROR_BYTES = 16 << 10;
    static final int EVENTS = 1 << 10;
    private static final int CHUNK_BYTES = 4 << 10;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final VarHandle SEQUENCE = JAVA_LONG.varHandle();
    private static final VarHandle LENGTH = JAVA_INT.varHandle();

    private final Path path;
    private final LiveLayout layout;
    private final Arena mapping = Arena.ofShared();
    private final MemorySegment memory;
    private final ErrorLogWriter errors;
    private long sequence;

    /// Makes a file and maps it.
    /// @param path    where nothing is yet
    /// @param name    the allocator's
    /// @param pid     this process
    /// @param classes rows of size classes
    /// @param nodes   rows of nodes
    /// @param nowNs   monotonic time
    /// @return the file, without figures
    /// @throws IOException if it cannot be made, or the disk is full; then nothing is left of it
    public static LiveFile create(Path path, String name, long pid, int classes, int nodes, long nowNs)
            throws IOException {
        LiveLayout layout = new LiveLayout(LiveCounter.values().length, classes, nodes, ERROR_BYTES, EVENTS);
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(path, options, PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            try {
                allocateBlocks(channel, layout.fileBytes());
                return new LiveFile(path, layout, channel, name, pid, nowNs);
            } catch (IOException | RuntimeException | Error refused) {
                Files.deleteIfExists(path);
                throw refused;
            }
        }
    }

    private LiveFile(Path path, LiveLayout layout, FileChannel channel, String name, long pid, long nowNs)
            throws IOException {
        this.path = path;
        this.layout = layout;
        this.memory = channel.map(MapMode.READ_WRITE, 0, layout.fileBytes(), mapping);
        this.errors = new ErrorLogWriter(memory.asSlice(layout.errorsOffset(), layout.errorBytes()));
        writeHeader(name, pid, nowNs);
        for (LiveCounter counter : LiveCounter.values()) {
            writeMetadata(counter);
        }
        set(LiveCounter.PID, pid);
        SEQUENCE.setRelease(memory, (long) LiveLayout.MAGIC_OFFSET, LiveLayout.MAGIC);
    }

    /// A hole in a sparse file would be a signal at its first use once the disk is full.
    private static void allocateBlocks(FileChannel channel, int fileBytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(CHUNK_BYTES);
        for (int left = fileBytes; left > 0; ) {
            zeros.clear().limit(Math.min(CHUNK_BYTES, left));
            left -= channel.write(zeros);
        }
    }

    private void writeHeader(String name, long pid, long nowNs) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int nameBytes = Math.min(bytes.length, LiveLayout.MAX_NAME_BYTES);
        long nowMs = System.currentTimeMillis();
        memory.set(JAVA_INT, LiveLayout.VERSION_OFFSET, LiveLayout.VERSION);
        memory.set(JAVA_INT, LiveLayout.FILE_BYTES_OFFSET, layout.fileBytes());
        memory.set(JAVA_LONG, LiveLayout.PID_OFFSET, pid);
        memory.set(JAVA_LONG, LiveLayout.CREATED_EPOCH_MS_OFFSET, nowMs);
        memory.set(JAVA_LONG, LiveLayout.CREATED_NS_OFFSET, nowNs);
        memory.set(JAVA_LONG, LiveLayout.HEARTBEAT_EPOCH_MS_OFFSET, nowMs);
        memory.set(JAVA_INT, LiveLayout.COUNTER_COUNT_OFFSET, layout.counters());
        memory.set(JAVA_INT, LiveLayout.CLASS_COUNT_OFFSET, layout.classes());
        memory.set(JAVA_INT, LiveLayout.NODE_COUNT_OFFSET, layout.nodes());
        memory.set(JAVA_INT, LiveLayout.ERROR_BYTES_OFFSET, layout.errorBytes());
        memory.set(JAVA_INT, LiveLayout.EVENT_COUNT_OFFSET, layout.events());
        memory.set(JAVA_INT, LiveLayout.NAME_BYTES_OFFSET, nameBytes);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, LiveLayout.NAME_OFFSET, nameBytes);
    }

    private void writeMetadata(LiveCounter counter) {
        long record = layout.metadataOffset() + (long) counter.place() * LiveLayout.METADATA_BYTES;
        byte[] label = counter.label().getBytes(StandardCharsets.US_ASCII);
        memory.set(JAVA_INT, record + LiveLayout.METADATA_TYPE_ID, counter.typeId());
        memory.set(JAVA_LONG, record + LiveLayout.METADATA_REUSE_DEADLINE, LiveLayout.NEVER_REUSED);
        memory.set(JAVA_INT, record + LiveLayout.METADATA_LABEL, label.length);
        MemorySegment.copy(
                label, 0, memory, JAVA_BYTE, record + LiveLayout.METADATA_LABEL + Integer.BYTES, label.length);
        LENGTH.setRelease(memory, record + LiveLayout.METADATA_STATE, LiveLayout.STATE_ALLOCATED);
    }

    /// Says that the writer has come by.
    public void beat() {
        long nowMs = System.currentTimeMillis();
        memory.set(JAVA_LONG, LiveLayout.HEARTBEAT_EPOCH_MS_OFFSET, nowMs);
        set(LiveCounter.HEARTBEAT_MS, nowMs);
    }

    /// Begins a snapshot: from now to [#endSnapshot] the figures do not belong together.
    public void beginSnapshot() {
        sequence++;
        SEQUENCE.setOpaque(memory, (long) LiveLayout.SEQUENCE_OFFSET, sequence);
        VarHandle.storeStoreFence();
    }

    /// Ends a snapshot.
    /// @param nowNs monotonic time of it
    public void endSnapshot(long nowNs) {
        memory.set(JAVA_LONG, LiveLayout.SNAPSHOT_NS_OFFSET, nowNs);
        sequence++;
        SEQUENCE.setRelease(memory, (long) LiveLayout.SEQUENCE_OFFSET, sequence);
    }

    /// Writes a counter.
    /// @param counter which
    /// @param value   its value
    public void set(LiveCounter counter, long value) {
        memory.set(JAVA_LONG, layout.valueOffset(counter.place()), value);
    }

    /// Writes a field of a size class.
    /// @param row    of the class
    /// @param column of [ClassColumn]
    /// @param value  its value
    public void setClass(int row, int column, long value) {
        memory.set(JAVA_LONG, layout.classOffset(row, column), value);
    }

    /// Writes a field of a node.
    /// @param row    of the node
    /// @param column of [NodeColumn]
    /// @param value  its value
    public void setNode(int row, int column, long value) {
        memory.set(JAVA_LONG, layout.nodeOffset(row, column), value);
    }

    /// Brings the log of errors up to date.
    /// @param log all errors so far
    public void writeErrors(DistinctErrors log) {
        errors.write(log);
        set(LiveCounter.OTHER_ERRORS, log.others());
    }

    /// Writes the events that have come since the last call.
    /// @param ring where they wait
    public void writeEvents(EventRing ring) {
        ring.drainTo(this);
    }

    /// Writes one event. The number says when it is whole.
    void writeEvent(long number, long atNs, int kind, int node, long bytes, long detail, long durationNs) {
        long record = layout.eventOffset(number);
        SEQUENCE.setOpaque(memory, record + LiveLayout.EVENT_SEQUENCE, 2 * number + 1);
        VarHandle.storeStoreFence();
        memory.set(JAVA_LONG, record + LiveLayout.EVENT_NS, atNs);
        memory.set(JAVA_INT, record + LiveLayout.EVENT_KIND, kind);
        memory.set(JAVA_INT, record + LiveLayout.EVENT_NODE, node);
        memory.set(JAVA_LONG, record + LiveLayout.EVENT_AMOUNT, bytes);
        memory.set(JAVA_LONG, record + LiveLayout.EVENT_DETAIL, detail);
        memory.set(JAVA_LONG, record + LiveLayout.EVENT_DURATION_NS, durationNs);
        EventNames.write(memory, record + LiveLayout.EVENT_NAME, kind);
        SEQUENCE.setRelease(memory, record + LiveLayout.EVENT_SEQUENCE, 2 * number + 2);
    }

    /// Lets an error of the mapping come now rather than in the caller's caller. The JVM raises it where a thread comes
    /// back from native code, at the latest.
    ///
    /// @throws InternalError if the file was truncated
    public void settle() {
        Thread.yield();
    }

    /// {@return where it is}
    public Path path() {
        return path;
    }

    /// Ends the mapping. The file stays.
    @Override
    public void close() {
        mapping.close();
    }
}
