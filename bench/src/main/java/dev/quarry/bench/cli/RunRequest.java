// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.bench.suite.Checkout;
import dev.quarry.bench.suite.RunIdentity;
import dev.quarry.bench.suite.Scale;
import dev.quarry.bench.suite.SuiteCase;
import dev.quarry.bench.suite.SuiteCatalog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What the user wants measured.
///
/// @param scale     how much
/// @param processes how many for each row
/// @param cases     in the order of the results
record RunRequest(Scale scale, int processes, List<SuiteCase> cases) {
    /// What was wanted of a run that was interrupted.
    ///
    /// @throws IOException when it had a case that there is no more; the message is one sentence
    static RunRequest of(RunIdentity identity, SuiteCatalog catalog) throws IOException {
        List<SuiteCase> cases = new ArrayList<>();
        for (String name : identity.cases()) {
            cases.add(catalog.cases().stream()
                    .filter(suiteCase -> suiteCase.label().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the run cannot go on: there is no benchmark " + name)));
        }
        return new RunRequest(Scale.of(identity.scale()), (int) identity.processes(), cases);
    }

    RunIdentity identity(Checkout checkout, Map<String, Object> machine) {
        return new RunIdentity(
                checkout.commit(),
                checkout.changes(),
                scale.argument(),
                processes,
                cases.stream().map(SuiteCase::label).toList(),
                String.valueOf(machine.get("jvm")),
                String.valueOf(machine.get("cpu")));
    }
}
