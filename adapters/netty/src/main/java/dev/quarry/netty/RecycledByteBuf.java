// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.buffer.AbstractByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.internal.ObjectUtil;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/// A buffer whose object is used again after its last release. Holds what does not depend on where the bytes are.
abstract class RecycledByteBuf extends AbstractByteBuf {
    private static final VarHandle REFERENCES;

    static {
        try {
            REFERENCES = MethodHandles.lookup()
                    .findVarHandle(RecycledByteBuf.class, "references", int.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final QuarryByteBufAllocator allocator;
    private int capacity;

    /// Holders of the buffer; 0 when it does not live.
    @SuppressWarnings("UnusedVariable") // read by its handle
    private int references;

    RecycledByteBuf(QuarryByteBufAllocator allocator) {
        super(0);
        this.allocator = allocator;
    }

    /// Begins a life: empty, without marks, with one reference.
    final void begin(int initialCapacity, int maxCapacity) {
        capacity = initialCapacity;
        maxCapacity(maxCapacity);
        clear();
        markReaderIndex();
        markWriterIndex();
        references = 1;
    }

    /// Ends the life of a buffer of which the caller has the only reference.
    /// @return whether it has
    final boolean endIfLast() {
        // Acquire: what those did who released before happened before the buffer is used again.
        if ((int) REFERENCES.getAcquire(this) != 1) {
            return false;
        }
        references = 0;
        return true;
    }

    /// After the last release.
    abstract void deallocate();

    @Override
    public final int refCnt() {
        return (int) REFERENCES.getAcquire(this);
    }

    @Override
    public final ByteBuf retain() {
        return retain(1);
    }

    @Override
    public final ByteBuf retain(int increment) {
        ObjectUtil.checkPositive(increment, "increment");
        int count;
        do {
            count = (int) REFERENCES.getAcquire(this);
            if (count <= 0 || count > Integer.MAX_VALUE - increment) {
                throw new IllegalReferenceCountException(count, increment);
            }
        } while (!REFERENCES.compareAndSet(this, count, count + increment));
        return this;
    }

    @Override
    public boolean release() {
        return release(1);
    }

    @Override
    public final boolean release(int decrement) {
        ObjectUtil.checkPositive(decrement, "decrement");
        int count;
        do {
            count = (int) REFERENCES.getAcquire(this);
            if (count < decrement) {
                throw new IllegalReferenceCountException(count, -decrement);
            }
        } while (!REFERENCES.compareAndSet(this, count, count - decrement));
        if (count != decrement) {
            return false;
        }
        deallocate();
        return true;
    }

    @Override
    public final ByteBuf touch() {
        return this;
    }

    @Override
    public final ByteBuf touch(Object hint) {
        return this;
    }

    /// {@return the capacity up to which the buffer grows where it is}
    abstract int fastCapacity();

    /// Moves the bytes to where there is room for more. When there is no memory nothing has changed.
    abstract void grow(int newCapacity);

    /// {@return a buffer of the JDK's over the same bytes, the capacity's at least, made on first use; its position and
    /// limit are anybody's}
    abstract ByteBuffer view();

    @Override
    public final int capacity() {
        return capacity;
    }

    @Override
    public final ByteBuf capacity(int newCapacity) {
        checkNewCapacity(newCapacity);
        if (newCapacity < capacity) {
            capacity = newCapacity;
            trimIndicesToCapacity(newCapacity);
        } else {
            if (newCapacity > fastCapacity()) {
                BufferEvents.reallocate(this, newCapacity);
                grow(newCapacity);
            }
            capacity = newCapacity;
        }
        return this;
    }

    @Override
    public final int maxFastWritableBytes() {
        return Math.min(fastCapacity(), maxCapacity()) - writerIndex();
    }

    @Override
    public final ByteBufAllocator alloc() {
        return allocator;
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // the deprecation is the interface's
    public final ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public final @Nullable ByteBuf unwrap() {
        return null;
    }

    @Override
    public final boolean isContiguous() {
        return true;
    }

    @Override
    public final int nioBufferCount() {
        return 1;
    }

    @Override
    public final ByteBuffer[] nioBuffers(int index, int length) {
        return new ByteBuffer[] {nioBuffer(index, length)};
    }

    @Override
    public final ByteBuffer internalNioBuffer(int index, int length) {
        checkIndex(index, length);
        return view().clear().position(index).limit(index + length);
    }

    @Override
    public final int getBytes(int index, GatheringByteChannel out, int length) throws IOException {
        return length == 0 ? 0 : out.write(nioBuffer(index, length));
    }

    @Override
    public final int getBytes(int index, FileChannel out, long position, int length) throws IOException {
        return length == 0 ? 0 : out.write(nioBuffer(index, length), position);
    }

    @Override
    public final int readBytes(GatheringByteChannel out, int length) throws IOException {
        checkReadableBytes(length);
        int count = length == 0 ? 0 : out.write(internalNioBuffer(readerIndex(), length));
        readerIndex(readerIndex() + count);
        return count;
    }

    @Override
    public final int readBytes(FileChannel out, long position, int length) throws IOException {
        checkReadableBytes(length);
        int count = length == 0 ? 0 : out.write(internalNioBuffer(readerIndex(), length), position);
        readerIndex(readerIndex() + count);
        return count;
    }

    @Override
    public final int setBytes(int index, ScatteringByteChannel in, int length) throws IOException {
        try {
            return in.read(internalNioBuffer(index, length));
        } catch (ClosedChannelException closed) {
            return -1;
        }
    }

    @Override
    public final int setBytes(int index, FileChannel in, long position, int length) throws IOException {
        try {
            return in.read(internalNioBuffer(index, length), position);
        } catch (ClosedChannelException closed) {
            return -1;
        }
    }
}
