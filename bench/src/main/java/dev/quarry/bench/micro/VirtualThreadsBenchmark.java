// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import org.openjdk.jmh.annotations.Fork;

/// The same on virtual threads. Each has a carrier of its own: JMH's loops never wait, so that threads without one
/// would not begin before the others end.
@Fork(
        value = 3,
        jvmArgsAppend = {
            MicroBenchmark.NATIVE_ACCESS,
            MicroBenchmark.OLD_ACCESS,
            MicroBenchmark.HEAP,
            "-Djmh.executor=VIRTUAL",
            "-Djdk.virtualThreadScheduler.parallelism=256",
            "-Djdk.virtualThreadScheduler.maxPoolSize=256"
        })
public class VirtualThreadsBenchmark extends ThreadsBenchmark {}
