// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.top.RemoteReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quarry report`: the text report of each allocator of a living process.
@Command(name = "report", description = "Ask a living process for its allocators' text reports.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Parameters(paramLabel = "PID", description = "The process.")
    private long pid;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean isFirst = true;
        for (String report : RemoteReport.of(pid).values()) {
            if (!isFirst) {
                out.println();
            }
            out.print(report);
            isFirst = false;
        }
        out.flush();
        return 0;
    }
}
