// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.slab;

import static dev.quarry.numa.RawMemory.getChar;
import static dev.quarry.numa.RawMemory.getInt;
import static dev.quarry.numa.RawMemory.getIntAcquire;
import static dev.quarry.numa.RawMemory.getLong;
import static dev.quarry.numa.RawMemory.getLongAcquire;
import static dev.quarry.numa.RawMemory.putInt;
import static dev.quarry.numa.RawMemory.putLong;

/// The slab's descriptor: three cache lines, out of line, and behind them its links, two bytes a slot. The link of
/// a slot is found by an addition, with no load.
///
/// The first line is the owner's, the second is for what is rare. The third is written when the slab is made, and
/// read by who frees a slot and does not own the slab: so what its owner writes all the time lies in no line that
/// others read.
///
/// | offset | bytes | field       | meaning                                              | written by       | mode    |
/// |-------:|------:|-------------|------------------------------------------------------|------------------|---------|
/// |      0 |     8 | `HEAD`      | index of the first free slot, or `END`               | owner            | plain   |
/// |      8 |     8 | `MALLOCS`   | slots handed out so far                              | owner            | plain   |
/// |     16 |     8 | `FREES`     | slots taken back; see [#frees] for `CURRENT`, `FULL` | owner            | plain   |
/// |     24 |     8 | `BASE`      | address of slot 0                                    | zone lock        | plain   |
/// |     32 |     8 | `RECIPROCAL`| 2^32 / slot bytes, rounded up                        | zone lock        | plain   |
/// |     40 |     8 | `SLOT`      | slot bytes                                           | zone lock        | plain   |
/// |     48 |     4 | `OWNER`     | arena's number, with `GUARDED`; 0: a zone            | zone lock        | release |
/// |     52 |     4 | `CLASS`     | size class                                           | zone lock        | plain   |
/// |     56 |     8 | `LIMIT`     | capacity * 2^32: a slot's product is below           | zone lock        | plain   |
/// |     64 |     8 | `REMOTE`    | remote frees: count in bits 32 to 63, index + 1      | any thread       | CAS     |
/// |     72 |     8 | `MAIL`      | next slab in a mailbox                               | the mail's sender| plain   |
/// |     80 |     8 | `NEXT`      | next in the list of `STATE`                          | owner, zone lock | plain   |
/// |     88 |     8 | `PREVIOUS`  | previous in that list                                | owner, zone lock | plain   |
/// |     96 |     4 | `STATE`     | which list it is in; bit 8: memory came zeroed       | owner, zone lock | plain   |
/// |    100 |     4 | `CAPACITY`  | slots of the slab                                    | zone lock        | plain   |
/// |    104 |     4 | `EXTENDED`  | slots that were ever in the free list or handed out  | owner            | plain   |
/// |    112 |     8 | `AHEAD`     | by how much `FREES` is too large, while `FULL`       | owner            | plain   |
/// |    128 |     8 | `SHARED_BASE`| as `BASE`                                           | zone lock        | plain   |
/// |    136 |     8 | `SHARED_RECIPROCAL` | as `RECIPROCAL`                              | zone lock        | plain   |
/// |    144 |     8 | `SHARED_LIMIT` | as `LIMIT`                                        | zone lock        | plain   |
/// |    152 |     8 | `SHARED_CHAIN` | [Chain] of slot 0 alone                           | zone lock        | plain   |
/// |    160 |     8 | `SHARED_COST` | [BatchLayout#cost] of a slot                       | zone lock        | plain   |
/// |    192 | 2 each| `LINKS`     | a slot's: the next free slot, `END` or `ALLOCATED`   | who has the slot | plain   |
///
/// What a malloc or a free multiplies by is eight bytes: one load, and no shape of access more than those that are
/// there anyway (ADR 9).
///
/// A slot is named in lists by its *index*: that leads to its link without arithmetic, and to its address by one
/// multiplication. A free gets the index from the address by a multiplication with the reciprocal. The low half of
/// that product is below the reciprocal exactly when the offset is a multiple of the slot [1]: the same
/// multiplication finds interior addresses. What lies behind the last slot starts no slot but may be a multiple as
/// well, and has no link: there the whole product is not below `LIMIT`.
///
/// [1] D. Lemire, O. Kaser, N. Kurz, Faster remainder by direct computation, 2019, section 3.2.
public final class SlabLayout {
    /// Bytes of a descriptor without its links.
    public static final int BYTES = 192;

    /// Offsets: see the table above.
    public static final int HEAD = 0;

    /// See the table above.
    public static final int OWNER = 48;

    /// See the table above.
    public static final int MALLOCS = 8;

    /// See the table above.
    public static final int FREES = 16;

    /// See the table above. Not at the start of an OS page, where a slab's first slot is: a load waits for an
    /// earlier store of which it cannot be told apart by the lowest twelve bits of the address (ADR 12).
    public static final int LINKS = BYTES;

    /// See the table above.
    public static final int RECIPROCAL = 32;

    /// See the table above.
    public static final int SLOT = 40;

    /// See the table above.
    public static final int LIMIT = 56;

    /// See the table above.
    public static final int BASE = 24;

    /// See the table above.
    public static final int CAPACITY = 100;

    /// See the table above.
    public static final int EXTENDED = 104;

    /// See the table above.
    public static final int CLASS = 52;

    /// See the table above.
    public static final int STATE = 96;

    /// See the table above.
    public static final int REMOTE = 64;

    /// See the table above.
    public static final int MAIL = 72;

    /// See the table above.
    public static final int AHEAD = 112;

    /// See the table above.
    public static final int SHARED_BASE = 128;

    /// See the table above.
    public static final int SHARED_RECIPROCAL = 136;

    /// See the table above.
    public static final int SHARED_LIMIT = 144;

    /// See the table above.
    public static final int SHARED_CHAIN = 152;

    /// See the table above.
    public static final int SHARED_COST = 160;

    /// See the table above.
    public static final int NEXT = 80;

    /// See the table above.
    public static final int PREVIOUS = 88;

    /// End of a free list. Larger than any index.
    public static final int END = 0xFFFE;

    /// Link of a slot that is handed out.
    public static final char ALLOCATED = 0xFFFF;

    /// Link of a slot in quarantine.
    public static final char QUARANTINED = 0xFFFD;

    /// Owner flag: every operation takes the guarded path (poison, quarantine, exact checks).
    public static final int GUARDED = 1 << 29;

    /// Owner's number without flags.
    public static final int OWNER_MASK = GUARDED - 1;

    /// States: the arena's current slab of its class.
    public static final int CURRENT = 1;

    /// In a list of slabs with free slots.
    public static final int PARTIAL = 2;

    /// In a zone's list of slabs without free slots.
    public static final int EXHAUSTED = 3;

    /// In its owner's list of slabs without free slots. `FREES` is [#AHEAD] then, one less than `MALLOCS`, so that
    /// the next free looks like the one that empties the slab, and goes on to the slow path.
    public static final int FULL = 4;

    /// Mask of the state.
    public static final int STATE_MASK = 0xFF;

    /// Flag beside the state: slots that were never used read as zero.
    public static final int ZEROED = 1 << 8;

    /// Position of the high half of `STATE`: the number of the zone from which the slab was wanted, plus 1.
    public static final int WANTED_SHIFT = 16;

    private SlabLayout() {}

    /// {@return the reciprocal of a slot size}
    /// @param slotBytes a slot's bytes
    public static long reciprocal(int slotBytes) {
        return ((1L << 32) - 1) / slotBytes + 1;
    }

    /// {@return what no slot's product reaches}
    /// @param capacity slots of the slab
    public static long limit(int capacity) {
        return (long) capacity << 32;
    }

    /// {@return whether a product is that of a slot's start}
    /// @param slab    descriptor
    /// @param product offset times reciprocal
    public static boolean isSlotStart(long slab, long product) {
        return Long.compareUnsigned(product, getLong(slab + LIMIT)) < 0
                && Integer.compareUnsigned((int) product, (int) getLong(slab + RECIPROCAL)) < 0;
    }

    /// {@return the bytes of each slot}
    /// @param slab descriptor
    public static int slotBytes(long slab) {
        return (int) getLong(slab + SLOT);
    }

    /// {@return offset times reciprocal: the index in the high half, the proof of divisibility in the low}
    /// @param slab       descriptor
    /// @param slotOffset bytes from slot 0
    public static long product(long slab, long slotOffset) {
        return slotOffset * getLong(slab + RECIPROCAL);
    }

    /// {@return the address of a slot's link}
    /// @param slab  descriptor
    /// @param index the slot's
    public static long link(long slab, long index) {
        return slab + LINKS + (index << 1);
    }

    /// {@return the index that follows in a free list}
    /// @param slab  descriptor
    /// @param index a free slot's
    public static int next(long slab, long index) {
        return getChar(link(slab, index));
    }

    /// {@return a slot's address}
    /// @param slab  descriptor
    /// @param index the slot's
    public static long address(long slab, long index) {
        return getLong(slab + BASE) + index * getLong(slab + SLOT);
    }

    /// {@return the index of the slot that an address lies in}
    /// @param slab    descriptor
    /// @param address in the slab
    public static int index(long slab, long address) {
        return (int) (product(slab, address - getLong(slab + BASE)) >>> 32);
    }

    /// {@return the state, without flags}
    /// @param slab descriptor
    public static int state(long slab) {
        return getInt(slab + STATE) & STATE_MASK;
    }

    /// {@return slots handed out and not taken back, remote frees that are not collected included}
    /// @param slab descriptor
    public static long used(long slab) {
        return getLong(slab + MALLOCS) - frees(slab);
    }

    /// {@return slots taken back} Who does not own the slab may see it between two states; `FREES` says something
    /// else than the truth only while the state says so.
    /// @param slab descriptor
    public static long frees(long slab) {
        for (; ; ) {
            int state = getIntAcquire(slab + STATE) & STATE_MASK;
            long frees = getLongAcquire(slab + FREES);
            long ahead = frees >= getLongAcquire(slab + MALLOCS) - 1 ? getLongAcquire(slab + AHEAD) : 0;
            if ((getInt(slab + STATE) & STATE_MASK) == state) {
                return state == FULL ? frees - ahead : state == CURRENT ? frees + 1 : frees;
            }
        }
    }

    /// Writes what is the same for a slab's whole life, but for its address.
    /// @param slab      descriptor
    /// @param sizeClass its class
    /// @param capacity  its slots
    static void describe(long slab, int sizeClass, int capacity) {
        int slotBytes = SizeClasses.slotBytes(sizeClass);
        putLong(slab + SLOT, slotBytes);
        putLong(slab + RECIPROCAL, reciprocal(slotBytes));
        putLong(slab + LIMIT, limit(capacity));
        putInt(slab + CAPACITY, capacity);
        putInt(slab + CLASS, sizeClass);
        putLong(slab + SHARED_RECIPROCAL, reciprocal(slotBytes));
        putLong(slab + SHARED_LIMIT, limit(capacity));
        putLong(slab + SHARED_CHAIN, Chain.ofOne(sizeClass));
        putLong(slab + SHARED_COST, BatchLayout.cost(slotBytes));
    }

    /// Writes where a slab's memory is.
    /// @param slab    descriptor
    /// @param address of slot 0
    static void locate(long slab, long address) {
        putLong(slab + BASE, address);
        putLong(slab + SHARED_BASE, address);
    }

    /// {@return remotely freed slots in a `REMOTE` word}
    /// @param remote the word
    public static int remoteCount(long remote) {
        return (int) (remote >>> 32);
    }

    /// {@return the bytes of the record that holds a descriptor and its links}
    /// @param capacity slots of the slab
    public static int recordBytes(int capacity) {
        return LINKS + capacity * Character.BYTES;
    }
}
