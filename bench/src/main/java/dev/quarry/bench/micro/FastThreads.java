// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads on which JMH runs benchmarks, all of Netty's kind. JMH makes it by its name.
public final class FastThreads extends ThreadPoolExecutor {
    /// @param threads all that there will be
    /// @param prefix  of their names
    public FastThreads(int threads, String prefix) {
        super(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(prefix, true));
    }
}
