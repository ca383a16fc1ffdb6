// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.subject;

import dev.quarry.bench.trace.Trace;
import java.util.Map;

/// Replays a trace against one subject. A loop may be run any number of times: a trace frees all that it allocates.
///
/// A round is cut into chunks, each one call of [#replay(int[], int, int)]. So that method is entered often enough
/// to be compiled as a whole, as a program's own code is; a loop that is entered once a round would begin each
/// round in the interpreter and go over into a version compiled for its middle.
public abstract class ReplayLoop {
    private static final int CHUNK_WORDS = 4096;

    /// Runs the operations that begin at `from` or later and before `end`.
    ///
    /// @return where the next operation begins: `end`, or the word behind it
    protected abstract int replay(int[] words, int from, int end);

    /// Bytes held at this moment, the one that counts under [Footprint#HELD], and what else the subject knows.
    public abstract Map<String, Long> footprint();

    public final int replayUntil(Trace trace, int from, int end) {
        int[] words = trace.words();
        int index = from;
        while (index < end) {
            index = replay(words, index, Math.min(end, index + CHUNK_WORDS));
        }
        return index;
    }
}
