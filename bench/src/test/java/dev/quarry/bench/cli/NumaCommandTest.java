// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumaCommandTest {
    @TempDir
    Path home;

    private CliProcess cli;

    @BeforeEach
    void create() throws Exception {
        cli = new CliProcess(home);
    }

    @Test
    void shouldPrintTheNodesAndWherePagesLie() throws Exception {
        CliProcess.Result result = cli.run("numa", "--mebibytes=1");
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.output().startsWith("node 0: cpus "), result.output());
        assertTrue(result.output().contains("distances:"), result.output());
        assertTrue(result.output().contains("policy local"), result.output());
        assertTrue(result.output().contains("pages sampled"), result.output());
    }

    @Test
    void shouldTellWhatTheSystemRefusesOfATopologyGivenByHand() throws Exception {
        String nodes = "0:cpus=0,mem=1g;900:cpus=1,mem=1g";
        CliProcess.Result result =
                cli.withProperty("quarry.numa.topology", nodes).run("numa", "--mebibytes=1");
        assertEquals(0, result.status(), result.errors());
        assertTrue(result.output().contains("note: binding to node"), result.output());
        assertTrue(
                result.output().contains("node 900: 256 pages sampled, 256 resident, 0 on this node"), result.output());
    }

    @ParameterizedTest
    @CsvSource({
        "quarry.numa.policy, bind:77, quarry.numa.policy=bind:77",
        "quarry.numa.policy, near, expected local",
        "quarry.numa.topology, 0:cpus=0-1|distances=10/10, quarry.numa.topology=",
    })
    void shouldRefuseBadOptionsInOneSentence(String key, String value, String expected) throws Exception {
        CliProcess.Result result = cli.withProperty(key, value).run("numa");
        assertEquals(QuarryCli.EXIT_BAD_INPUT, result.status(), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertTrue(result.errors().contains(expected), result.errors());
        assertEquals("", result.output());
    }

    @Test
    void shouldRefuseASizeThatIsNone() throws Exception {
        CliProcess.Result result = cli.run("numa", "--mebibytes=0");
        assertEquals(QuarryCli.EXIT_BAD_INPUT, result.status());
        assertTrue(result.errors().contains("--mebibytes must be from 1 to"), result.errors());
    }
}
