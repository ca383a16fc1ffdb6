// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A heap buffer: an array, which stays with the object from one life to the next.
final class ArrayByteBuf extends RecycledByteBuf {
    private static final VarHandle SHORT = view(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = view(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = view(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] array;
    private @Nullable ByteBuffer view;

    ArrayByteBuf(QuarryByteBufAllocator allocator, int arrayBytes) {
        super(allocator);
        array = new byte[arrayBytes];
    }

    private static VarHandle view(Class<?> arrayType, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(arrayType, order).withInvokeExactBehavior();
    }

    @Override
    int fastCapacity() {
        return array.length;
    }

    /// Changes arrays with another object out of the pool, which goes back there.
    @Override
    void grow(int newCapacity) {
        ArrayByteBuf larger = allocator.takeArray(newCapacity);
        System.arraycopy(array, 0, larger.array, 0, capacity());
        byte[] outgrown = array;
        array = larger.array;
        view = null;
        larger.array = outgrown;
        larger.view = null;
        allocator.recycle(larger);
    }

    @Override
    void deallocate() {
        BufferEvents.free(this, 0);
        allocator.recycle(this);
    }

    @Override
    ByteBuffer view() {
        ByteBuffer kept = view;
        if (kept == null) {
            kept = ByteBuffer.wrap(array);
            view = kept;
        }
        return kept;
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public boolean hasArray() {
        return true;
    }

    @Override
    public byte[] array() {
        ensureAccessible();
        return array;
    }

    @Override
    public int arrayOffset() {
        return 0;
    }

    @Override
    public boolean hasMemoryAddress() {
        return false;
    }

    @Override
    public long memoryAddress() {
        throw new UnsupportedOperationException("heap buffer");
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return ByteBuffer.wrap(array, index, length).slice();
    }

    @Override
    public ByteBuf copy(int index, int length) {
        checkIndex(index, length);
        return allocator.heapBuffer(length, maxCapacity()).writeBytes(array, index, length);
    }

    @Override
    protected byte _getByte(int index) {
        return array[index];
    }

    @Override
    protected short _getShort(int index) {
        return (short) SHORT.get(array, index);
    }

    @Override
    protected short _getShortLE(int index) {
        return (short) SHORT_LE.get(array, index);
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return (array[index] & 0xFF) << 16 | _getShort(index + 1) & 0xFFFF;
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return _getShortLE(index) & 0xFFFF | (array[index + 2] & 0xFF) << 16;
    }

    @Override
    protected int _getInt(int index) {
        return (int) INT.get(array, index);
    }

    @Override
    protected int _getIntLE(int index) {
        return (int) INT_LE.get(array, index);
    }

    @Override
    protected long _getLong(int index) {
        return (long) LONG.get(array, index);
    }

    @Override
    protected long _getLongLE(int index) {
        return (long) LONG_LE.get(array, index);
    }

    @Override
    protected void _setByte(int index, int value) {
        array[index] = (byte) value;
    }

    @Override
    protected void _setShort(int index, int value) {
        SHORT.set(array, index, (short) value);
    }

    @Override
    protected void _setShortLE(int index, int value) {
        SHORT_LE.set(array, index, (short) value);
    }

    @Override
    protected void _setMedium(int index, int value) {
        array[index] = (byte) (value >>> 16);
        _setShort(index + 1, value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        _setShortLE(index, value);
        array[index + 2] = (byte) (value >>> 16);
    }

    @Override
    protected void _setInt(int index, int value) {
        INT.set(array, index, value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        INT_LE.set(array, index, value);
    }

    @Override
    protected void _setLong(int index, long value) {
        LONG.set(array, index, value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        LONG_LE.set(array, index, value);
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.capacity());
        if (dst.hasArray()) {
            System.arraycopy(array, index, dst.array(), dst.arrayOffset() + dstIndex, length);
        } else {
            dst.setBytes(dstIndex, array, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.length);
        System.arraycopy(array, index, dst, dstIndex, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        int length = dst.remaining();
        checkIndex(index, length);
        dst.put(array, index, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, OutputStream out, int length) throws IOException {
        checkIndex(index, length);
        out.write(array, index, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.capacity());
        src.getBytes(srcIndex, array, index, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.length);
        System.arraycopy(src, srcIndex, array, index, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        int length = src.remaining();
        checkIndex(index, length);
        src.get(array, index, length);
        return this;
    }

    @Override
    public int setBytes(int index, InputStream in, int length) throws IOException {
        checkIndex(index, length);
        return in.read(array, index, length);
    }

    @Override
    public ByteBuf setZero(int index, int length) {
        checkIndex(index, length);
        Arrays.fill(array, index, index + length, (byte) 0);
        return this;
    }

    @Override
    public ByteBuf writeZero(int length) {
        ensureWritable(length);
        int start = writerIndex();
        setZero(start, length);
        writerIndex(start + length);
        return this;
    }
}
