// SPDX-License-Identifier: Apache-2.0

/// A Netty server under load, once on each of Netty's own pools and once on Quarry. [dev.quarry.bench.demo.DemoRun]
/// starts the server and the client that drives it, each in a process of its own, and collects what they measure.
@NullMarked
package dev.quarry.bench.demo;

import org.jspecify.annotations.NullMarked;
