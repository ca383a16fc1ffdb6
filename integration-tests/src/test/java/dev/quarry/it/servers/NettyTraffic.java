// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.util.concurrent.atomic.LongAdder;

/// What a server has seen of its clients so far.
final class NettyTraffic {
    /// Requests that have begun and whose end has not come.
    final LongAdder requestsUnderWay = new LongAdder();

    /// Answers that wait for a client to read more of them.
    final LongAdder unreadAnswers = new LongAdder();

    /// Bytes of requests' bodies.
    final LongAdder bodyBytes = new LongAdder();
}
