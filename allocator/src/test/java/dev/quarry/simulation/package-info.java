// SPDX-License-Identifier: Apache-2.0

/// Deterministic simulation: programs of logical threads on machines that do not exist, each made from one number.
///
/// One real thread plays all threads of a program, one after the other, and moves the clock; so the same seed does the
/// same again. What happens inside of one call is not interleaved: that is for the races of jcstress.
@org.jspecify.annotations.NullMarked
package dev.quarry.simulation;
