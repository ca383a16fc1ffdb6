// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.jspecify.annotations.Nullable;

/// The maintenance agent and the thread that runs it, if the allocator is to have one.
final class Maintenance {
    private final @Nullable AgentRunner runner;

    private Maintenance(@Nullable AgentRunner runner) {
        this.runner = runner;
    }

    /// {@return none: that of the tree's root does the work}
    static Maintenance byRoot() {
        return new Maintenance(null);
    }

    /// @param step what is done each tick
    static Maintenance start(AllocatorConfig config, Runnable step) {
        if (config.maintenance() != MaintenanceMode.THREAD) {
            return new Maintenance(null);
        }
        long tickMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(config.maintenanceTickNs()));
        AgentRunner runner = new AgentRunner(
                new SleepingMillisIdleStrategy(tickMs),
                error -> System.getLogger("dev.quarry")
                        .log(Level.ERROR, "maintenance of " + config.name() + " failed", error),
                null,
                new Ticker(config, step));
        AgentRunner.startOnThread(runner, work -> {
            Thread thread = new Thread(work, config.name() + "-maintenance");
            thread.setDaemon(true);
            return thread;
        });
        return new Maintenance(runner);
    }

    void stop() {
        if (runner != null) {
            runner.close();
        }
    }

    /// One duty cycle a tick: the idle strategy sleeps after each.
    private record Ticker(AllocatorConfig config, Runnable step) implements Agent {
        @Override
        public int doWork() {
            step.run();
            return 0;
        }

        @Override
        public String roleName() {
            return config.name() + "-maintenance";
        }
    }
}
