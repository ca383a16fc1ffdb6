// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Finds what somebody meant who mistyped a name. The parser of command lines does that for its commands, so it is
/// given the names as commands.
final class NearestNames {
    private static final int MOST = 5;

    private NearestNames() {}

    /// The names most like the one that is none, best first; all names where none is like it.
    static List<String> of(String mistyped, List<String> names) {
        CommandLine parser = new CommandLine(CommandSpec.create());
        names.forEach(name -> parser.addSubcommand(name, CommandSpec.create()));
        try {
            parser.parseArgs(mistyped);
        } catch (UnmatchedArgumentException e) {
            List<String> suggestions = e.getSuggestions();
            return suggestions.isEmpty() ? names : suggestions.subList(0, Math.min(MOST, suggestions.size()));
        } catch (ParameterException e) {
            return names;
        }
        return List.of(mistyped);
    }
}
