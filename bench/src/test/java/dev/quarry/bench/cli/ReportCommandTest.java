// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    @TempDir
    Path home;

    private CliProcess cli;

    @BeforeEach
    void create() throws IOException {
        cli = new CliProcess(home);
    }

    @Test
    void shouldPrintAProcessesReport() throws Exception {
        try (LiveService service = new LiveService("-Dquarry.live=off", "-Dquarry.name=asked")) {
            CliProcess.Result result = cli.run("report", Long.toString(service.pid()));
            assertEquals(0, result.status(), result.errors());
            assertTrue(result.output().startsWith("Quarry allocator \"asked\" on "), result.output());
            assertTrue(result.output().contains("= committed"), result.output());
        }
    }

    @Test
    void shouldSayWhenThereIsNoQuarry() throws Exception {
        try (LiveService service = new LiveService("-Dwithout.allocator=true")) {
            assertRefused(service.pid(), "has no allocator of Quarry");
        }
    }

    @Test
    void shouldSayWhenAttachIsDisabled() throws Exception {
        try (LiveService service = new LiveService("-XX:+DisableAttachMechanism", "-Dquarry.live=off")) {
            assertRefused(service.pid(), "cannot be attached to");
        }
    }

    @Test
    void shouldSayWhenThereIsNoSuchProcess() throws Exception {
        assertRefused(4_194_305, "there is no process 4194305");
    }

    private void assertRefused(long pid, String expected) throws Exception {
        CliProcess.Result result = cli.run("report", Long.toString(pid));
        assertEquals(QuarryCli.EXIT_BAD_INPUT, result.status(), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
        assertTrue(result.errors().contains(expected), result.errors());
        assertEquals("", result.output());
    }
}
