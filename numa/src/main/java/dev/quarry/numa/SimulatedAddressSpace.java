// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static dev.quarry.numa.SimulatedReservation.COMMITTED;
import static dev.quarry.numa.SimulatedReservation.LOCKED;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/// The reservations of a [SimulatedMemory], and the uses of them that no kernel would forgive.
///
/// Not thread-safe; the memory that owns it is.
final class SimulatedAddressSpace {
    private final TreeMap<Long, SimulatedReservation> reservationsByAddress = new TreeMap<>();
    private final SimulatedBacking backing;
    private final int osPageBytes;

    SimulatedAddressSpace(SimulatedBacking backing, int osPageBytes) {
        this.backing = backing;
        this.osPageBytes = osPageBytes;
    }

    SimulatedReservation add(long byteSize, long byteAlignment) {
        SimulatedReservation reservation = new SimulatedReservation(backing, byteSize, byteAlignment, osPageBytes);
        reservationsByAddress.put(reservation.address(), reservation);
        return reservation;
    }

    void removeAll() {
        reservationsByAddress.values().forEach(SimulatedReservation::release);
        reservationsByAddress.clear();
    }

    void remove(SimulatedReservation reservation) {
        reservationsByAddress.remove(reservation.address());
        reservation.release();
    }

    Collection<SimulatedReservation> all() {
        return reservationsByAddress.values();
    }

    long reservedBytes() {
        return all().stream().mapToLong(SimulatedReservation::byteSize).sum();
    }

    long bytesWith(byte flag) {
        return all().stream().mapToLong(reservation -> reservation.count(flag)).sum() * osPageBytes;
    }

    int mappings() {
        return all().stream().mapToInt(SimulatedReservation::mappings).sum();
    }

    /// The most mappings that a kernel could need: one for each OS page.
    long mostMappings() {
        return reservedBytes() / osPageBytes;
    }

    int endPage(SimulatedReservation reservation, long address, long byteSize) {
        return reservation.page(address) + (int) (byteSize / osPageBytes);
    }

    /// The reservation that a range lies in.
    SimulatedReservation find(String call, long address, long byteSize) {
        Ranges.check(address, byteSize, osPageBytes);
        Map.Entry<Long, SimulatedReservation> entry = reservationsByAddress.floorEntry(address);
        if (entry == null || !entry.getValue().contains(address, byteSize)) {
            throw illegal(call, address, byteSize, "is not within one reservation");
        }
        return entry.getValue();
    }

    SimulatedReservation findCommitted(OsCall call, long address, long byteSize) {
        SimulatedReservation reservation = find(call.systemCall(), address, byteSize);
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            if (!reservation.has(page, COMMITTED)) {
                throw illegal(call.systemCall(), address, byteSize, "is not committed throughout");
            }
        }
        return reservation;
    }

    /// The reservation that a range is, all of it.
    SimulatedReservation findWhole(OsCall call, long address, long byteSize) {
        SimulatedReservation reservation = find(call.systemCall(), address, byteSize);
        if (reservation.address() != address || reservation.byteSize() != byteSize) {
            throw illegal(call.systemCall(), address, byteSize, "is not a whole reservation");
        }
        return reservation;
    }

    void requireUnlocked(OsCall call, SimulatedReservation reservation, long address, long byteSize) {
        for (int page = reservation.page(address); page < endPage(reservation, address, byteSize); page++) {
            if (reservation.has(page, LOCKED)) {
                throw new NativeMemoryException(call, Errno.EINVAL, address, byteSize);
            }
        }
    }

    /// Finds what was written to a page while nothing was committed there.
    void requireUntouched(SimulatedReservation reservation, int page) {
        if (!reservation.has(page, COMMITTED) && !reservation.isZero(page)) {
            long address = reservation.address() + (long) page * osPageBytes;
            throw illegal("write", address, osPageBytes, "was done while the OS page was not committed");
        }
    }

    static IllegalStateException illegal(String call, long address, long byteSize, String why) {
        return new IllegalStateException(
                call + " of " + ByteSizes.describe(byteSize) + " at 0x" + Long.toHexString(address) + " " + why);
    }
}
