// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.runner.Children;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

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

    /// What there is to do for a command that runs child processes: ends them and leaves no files.
    static void abandon(Children children, @Nullable JsonFile json, WorkDirectory directory) {
        children.endAll();
        if (json != null) {
            try {
                json.close();
            } catch (IOException e) {
                System.err.println("quarry: " + json.path() + " is left behind: " + e.getMessage());
            }
        }
        directory.deleteScratch();
        System.err.println("quarry: interrupted; the child processes are ended, and no results were written.");
    }
}
