// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.runner.Children;
import dev.quarry.bench.runner.NativeHarness;
import java.io.IOException;
import java.util.List;

/// What there is to measure, and who takes part.
public interface SuiteCatalog {
    /// All cases, in the order of the results.
    List<SuiteCase> cases();

    /// Looks who is on this machine.
    ///
    /// @param harness builds the C program
    Lineup lineup(Children children, NativeHarness harness) throws IOException;

    /// The catalog that ships.
    static SuiteCatalog shipped() {
        return new SuiteCatalog() {
            @Override
            public List<SuiteCase> cases() {
                return SuiteCases.all();
            }

            @Override
            public Lineup lineup(Children children, NativeHarness harness) throws IOException {
                return Competitors.find(children, harness);
            }
        };
    }
}
