// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command line behind the launcher `quarry`. What is wrong with the arguments or the files that they name is one
/// sentence on standard error and exit code 2.
@Command(
        name = "quarry",
        mixinStandardHelpOptions = true,
        versionProvider = QuarryCli.Version.class,
        description = "malloc and free for the JVM.",
        subcommands = {
            BenchCommand.class,
            BuffersCommand.class,
            DemoCommand.class,
            NumaCommand.class,
            ReplayCommand.class,
            ReportCommand.class,
            TopCommand.class
        },
        footer = {
            "  classpath  Print the class path that a service needs.",
            "",
            "`quarry COMMAND --help` lists a command's options."
        })
public final class QuarryCli implements Runnable {
    static final int EXIT_BAD_INPUT = 2;
    static final int EXIT_FAILED = 1;
    static final int EXIT_INTERRUPTED = 130;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before anything runs.
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return complaining(new CommandLine(new QuarryCli()));
    }

    /// Lets a command line answer what is wrong in one sentence.
    static CommandLine complaining(CommandLine line) {
        return line.setParameterExceptionHandler(
                        (e, arguments) -> complain(e.getCommandLine(), String.valueOf(e.getMessage())))
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    if (e instanceof IOException io) {
                        return complain(commandLine, Reasons.sentence(io));
                    }
                    throw e;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command; `quarry --help` lists them");
    }

    /// The version that the build wrote into the jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = QuarryCli.class.getPackage().getImplementationVersion();
            return new String[] {"Quarry " + (version == null ? "(not packaged)" : version)};
        }
    }

    private static int complain(CommandLine commandLine, String message) {
        commandLine.getErr().println("quarry: " + message);
        return EXIT_BAD_INPUT;
    }
}
