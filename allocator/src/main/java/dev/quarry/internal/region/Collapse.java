// SPDX-License-Identifier: Apache-2.0
package dev.quarry.internal.region;

/// What became of an attempt to make a huge OS page of a range.
public enum Collapse {
    /// It is one now.
    DONE,
    /// The system was not asked: a part of the range is not resident, and would become so.
    NOT_RESIDENT,
    /// The system cannot do it at the moment.
    NOT_NOW,
    /// The system cannot do it.
    NEVER
}
