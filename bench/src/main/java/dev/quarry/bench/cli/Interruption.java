// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

/// Runs a task when the process is asked to end (Ctrl-C, a service manager) between [#expect(Runnable)] and
/// [#disarm()]. The JVM then exits with 128 and the number of the signal.
final class Interruption {
    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    static Interruption expect(Runnable task) {
        Thread hook = new Thread(task, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    /// From here on an end is an ordinary one. Without effect once the end has begun.
    void disarm() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException tooLate) {
            assert hook.getState() != Thread.State.NEW : tooLate; // the task runs, and the JVM stops when it is done
        }
    }
}
