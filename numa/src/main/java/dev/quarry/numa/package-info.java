// SPDX-License-Identifier: Apache-2.0

/// What the machine is, and its memory: the bottom layer, which knows nothing of allocators.
///
/// | concept | type |
/// |---|---|
/// | the operating system's memory calls | [dev.quarry.numa.NativeMemory] |
/// | the same, made to fail | [dev.quarry.numa.FaultInjectingMemory] |
/// | the same, on a machine that does not exist | [dev.quarry.numa.SimulatedMemory], [dev.quarry.numa.SimulatedCgroup]
/// |
/// | reading and writing at an address | [dev.quarry.numa.RawMemory], [dev.quarry.numa.RawHandles] |
/// | calls that the compiler leaves calls | [dev.quarry.numa.OutOfLine] |
/// | a refusal by the system | [dev.quarry.numa.NativeMemoryException] |
/// | what was called, and how it failed | [dev.quarry.numa.OsCall], [dev.quarry.numa.Errno] |
/// | nodes, cpus, distances | [dev.quarry.numa.Topology], [dev.quarry.numa.NumaNode], [dev.quarry.numa.CpuSet] |
/// | what of them the process may use | [dev.quarry.numa.ProcessLimits] |
/// | how much memory there is, and how short it is | [dev.quarry.numa.MachineMemory], [dev.quarry.numa.MemoryGauge] |
/// | which node an OS page comes from | [dev.quarry.numa.Placement], [dev.quarry.numa.NodeSet] |
///
/// **Data model.** A *reservation* is a range of address space. Its *OS pages* are reserved, committed or, by the
/// kernel's own decision, resident:
///
/// ```
///    reservation  |....CCCCRRRRRRCC....RRRR..............|
///                      commit >        . reserved    C committed    R committed and resident
///                      < purge: R becomes C, and reads as zero
/// ```
///
/// An OS page comes from a node when it becomes resident, by the placement that its range has then; it stays there
/// until it is purged, moved, or its reservation ends.
///
/// - `resident <= committed <= reserved`, in OS pages, for each reservation.
/// - A reservation ends only by release, and then as a whole.
/// - Between reserve and release the address space belongs to the reservation without a gap, whatever fails: an access
///   through a stale address may read wrong data, never unmapped memory that was committed once.
///
/// **May know**: the kernel, the C library, sysfs, proc, cgroups. This is the only module that links native symbols.
///
/// **Must not know**: what the memory is used for, size classes, limits of the application, configuration.
///
/// **Not supported, on purpose**: memory shared between processes, file mappings, taking commit back for a part of a
/// reservation (purge gives the same memory back without a change of mappings).
@org.jspecify.annotations.NullMarked
package dev.quarry.numa;
