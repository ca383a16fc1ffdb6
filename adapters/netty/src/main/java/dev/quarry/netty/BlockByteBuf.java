// SPDX-License-Identifier: Apache-2.0
package dev.quarry.netty;

import static dev.quarry.netty.BufferCalls.CALL;

import dev.quarry.numa.RawMemory;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A direct buffer: one block, touched by its address.
///
/// After the last release [BlockStacks] keep the block, as long as they have room for it, and the object its address
/// until it has another. A late access that Netty's check of the reference count does not catch, because it is off or
/// because threads race, then reads wrong bytes instead of ending the JVM: memory that was committed once stays mapped.
/// A view of the block goes where the block goes.
final class BlockByteBuf extends RecycledByteBuf {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private long address;
    private int usableBytes;
    private int blockClass = BlockClasses.NONE;

    /// Where the buffer goes when the owner of these stacks releases it.
    private BlockStacks home;

    private @Nullable ByteBuffer view;

    /// @param nobodys stacks that no thread owns
    BlockByteBuf(QuarryByteBufAllocator allocator, BlockStacks nobodys) {
        super(allocator);
        this.home = nobodys;
    }

    /// Takes a block over.
    /// @param block       of its own from now on
    /// @param usableBytes at that address
    /// @param blockClass  of the block, or [BlockClasses#NONE]
    /// @param home        of the thread whose block it is
    void own(long block, int usableBytes, int blockClass, BlockStacks home) {
        if (block != address) {
            this.address = block;
            view = null;
        }
        this.usableBytes = usableBytes;
        this.blockClass = blockClass;
        this.home = home;
    }

    /// Takes over a block that was kept.
    /// @param block       of its own from now on
    /// @param keptView    that a buffer has made of the block, or null
    /// @param usableBytes at that address
    /// @param blockClass  of the block
    /// @param home        where it was kept
    void adopt(long block, @Nullable ByteBuffer keptView, int usableBytes, int blockClass, BlockStacks home) {
        setHome(home);
        // Last: where the stack ends before, the block is still where it was kept.
        change(block, keptView, usableBytes, blockClass);
    }

    /// Takes over a block that was kept, in place of its own, which goes there.
    /// @param block       of its own from now on
    /// @param keptView    that a buffer has made of the block, or null
    /// @param usableBytes at that address
    /// @param blockClass  of the block
    void change(long block, @Nullable ByteBuffer keptView, int usableBytes, int blockClass) {
        this.address = block;
        if (view != keptView) {
            view = keptView;
        }
        this.usableBytes = usableBytes;
        this.blockClass = blockClass;
    }

    /// {@return the view that was made of the block, or null}
    @Nullable
    ByteBuffer keptView() {
        return view;
    }

    /// Gives the block up.
    /// @return its address
    long disown() {
        usableBytes = 0;
        return address;
    }

    boolean hasBlock() {
        return usableBytes != 0;
    }

    /// {@return the class of the block, or [BlockClasses#NONE]}
    int blockClass() {
        return blockClass;
    }

    BlockStacks home() {
        return home;
    }

    /// Says where the buffer belongs from now on.
    void setHome(BlockStacks stacks) {
        // Mostly the same, and a reference written costs the collector.
        if (home != stacks) {
            home = stacks;
        }
    }

    /// {@return the address of the block, whether the buffer lives or not}
    long address() {
        return address;
    }

    /// Where one thread has the only reference and the block is its own, nobody else may touch the count: it needs no
    /// atomic operation, which would cost more than all the rest. Two threads that release one reference at the same
    /// moment may then both pass, as with the allocator's own check of frees.
    @Override
    public boolean release() {
        final BlockStacks home = this.home;
        if (home.owner() == Thread.currentThread() && endIfLast()) {
            BufferEvents.free(this, address);
            if (!home.give(this)) {
                CALL.discard(allocator, this);
            }
            return true;
        }
        return home instanceof StripeCache stripe ? releaseTo(stripe) : release(1);
    }

    /// The lock of the stripe takes an atomic operation, and so the count does without: it is the same as for an owner.
    private boolean releaseTo(StripeCache stripe) {
        if (!stripe.tryLock()) {
            return release(1);
        }
        boolean isLast = false;
        boolean isKept = false;
        try {
            isLast = endIfLast();
            if (isLast) {
                BufferEvents.free(this, address);
                isKept = stripe.give(this);
            }
        } finally {
            stripe.unlock();
        }
        if (!isLast) {
            return release(1);
        }
        if (!isKept) {
            CALL.discard(allocator, this);
        }
        return true;
    }

    @Override
    int fastCapacity() {
        return usableBytes;
    }

    @Override
    void grow(int newCapacity) {
        allocator.regrow(this, newCapacity);
    }

    @Override
    void deallocate() {
        BufferEvents.free(this, address);
        allocator.recycle(this);
    }

    @Override
    ByteBuffer view() {
        ByteBuffer kept = view;
        if (kept == null || kept.capacity() < capacity()) {
            kept = RawMemory.segment(address, usableBytes).asByteBuffer();
            view = kept;
        }
        return kept;
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public boolean hasArray() {
        return false;
    }

    @Override
    public byte[] array() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public int arrayOffset() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public boolean hasMemoryAddress() {
        return true;
    }

    @Override
    public long memoryAddress() {
        ensureAccessible();
        return address;
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return RawMemory.segment(address + index, length).asByteBuffer();
    }

    @Override
    public ByteBuf copy(int index, int length) {
        checkIndex(index, length);
        return allocator.directBuffer(length, maxCapacity()).writeBytes(this, index, length);
    }

    @Override
    protected byte _getByte(int index) {
        return RawMemory.getByte(address + index);
    }

    @Override
    protected short _getShort(int index) {
        short value = (short) RawMemory.getChar(address + index);
        return LITTLE_ENDIAN ? Short.reverseBytes(value) : value;
    }

    @Override
    protected short _getShortLE(int index) {
        short value = (short) RawMemory.getChar(address + index);
        return LITTLE_ENDIAN ? value : Short.reverseBytes(value);
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return (_getByte(index) & 0xFF) << 16 | _getShort(index + 1) & 0xFFFF;
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return _getShortLE(index) & 0xFFFF | (_getByte(index + 2) & 0xFF) << 16;
    }

    @Override
    protected int _getInt(int index) {
        int value = RawMemory.getInt(address + index);
        return LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
    }

    @Override
    protected int _getIntLE(int index) {
        int value = RawMemory.getInt(address + index);
        return LITTLE_ENDIAN ? value : Integer.reverseBytes(value);
    }

    @Override
    protected long _getLong(int index) {
        long value = RawMemory.getLong(address + index);
        return LITTLE_ENDIAN ? Long.reverseBytes(value) : value;
    }

    @Override
    protected long _getLongLE(int index) {
        long value = RawMemory.getLong(address + index);
        return LITTLE_ENDIAN ? value : Long.reverseBytes(value);
    }

    @Override
    protected void _setByte(int index, int value) {
        RawMemory.putByte(address + index, (byte) value);
    }

    @Override
    protected void _setShort(int index, int value) {
        RawMemory.putChar(address + index, (char) (LITTLE_ENDIAN ? Short.reverseBytes((short) value) : value));
    }

    @Override
    protected void _setShortLE(int index, int value) {
        RawMemory.putChar(address + index, (char) (LITTLE_ENDIAN ? value : Short.reverseBytes((short) value)));
    }

    @Override
    protected void _setMedium(int index, int value) {
        _setByte(index, value >>> 16);
        _setShort(index + 1, value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        _setShortLE(index, value);
        _setByte(index + 2, value >>> 16);
    }

    @Override
    protected void _setInt(int index, int value) {
        RawMemory.putInt(address + index, LITTLE_ENDIAN ? Integer.reverseBytes(value) : value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        RawMemory.putInt(address + index, LITTLE_ENDIAN ? value : Integer.reverseBytes(value));
    }

    @Override
    protected void _setLong(int index, long value) {
        RawMemory.putLong(address + index, LITTLE_ENDIAN ? Long.reverseBytes(value) : value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        RawMemory.putLong(address + index, LITTLE_ENDIAN ? value : Long.reverseBytes(value));
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.capacity());
        if (dst.hasArray()) {
            RawMemory.copy(address + index, dst.array(), dst.arrayOffset() + dstIndex, length);
        } else if (dst.hasMemoryAddress() && !dst.isReadOnly()) {
            RawMemory.copy(address + index, dst.memoryAddress() + dstIndex, length);
        } else {
            dst.setBytes(dstIndex, this, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
        checkDstIndex(index, length, dstIndex, dst.length);
        RawMemory.copy(address + index, dst, dstIndex, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer dst) {
        int length = dst.remaining();
        checkIndex(index, length);
        int position = dst.position();
        if (dst.hasArray()) {
            RawMemory.copy(address + index, dst.array(), dst.arrayOffset() + position, length);
        } else {
            // By position, which leaves the view's own alone: others may be reading too.
            dst.put(position, nioBuffer(index, length), 0, length);
        }
        dst.position(position + length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, OutputStream out, int length) throws IOException {
        checkIndex(index, length);
        ByteBuf staging = allocator.heapBuffer(length, length);
        try {
            getBytes(index, staging, 0, length);
            out.write(staging.array(), staging.arrayOffset(), length);
        } finally {
            staging.release();
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.capacity());
        if (src.hasMemoryAddress()) {
            RawMemory.copy(src.memoryAddress() + srcIndex, address + index, length);
        } else if (src.hasArray()) {
            RawMemory.copy(src.array(), src.arrayOffset() + srcIndex, address + index, length);
        } else {
            src.getBytes(srcIndex, this, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] src, int srcIndex, int length) {
        checkSrcIndex(index, length, srcIndex, src.length);
        RawMemory.copy(src, srcIndex, address + index, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer src) {
        int length = src.remaining();
        checkIndex(index, length);
        int position = src.position();
        if (src.hasArray()) {
            RawMemory.copy(src.array(), src.arrayOffset() + position, address + index, length);
        } else {
            view().clear().put(index, src, position, length);
        }
        src.position(position + length);
        return this;
    }

    @Override
    public int setBytes(int index, InputStream in, int length) throws IOException {
        checkIndex(index, length);
        ByteBuf staging = allocator.heapBuffer(length, length);
        try {
            int count = in.read(staging.array(), staging.arrayOffset(), length);
            if (count > 0) {
                setBytes(index, staging, 0, count);
            }
            return count;
        } finally {
            staging.release();
        }
    }

    @Override
    public ByteBuf setZero(int index, int length) {
        checkIndex(index, length);
        RawMemory.fill(address + index, length, (byte) 0);
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
