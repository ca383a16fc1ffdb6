// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocsTest {
    private static final Path PAGE = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolveSibling("docs")
            .resolve("configuration.md");

    @Test
    void shouldBeUpToDate() throws IOException {
        if ("write".equals(System.getProperty("configuration.docs"))) {
            Files.writeString(PAGE, ConfigurationDocs.page());
        }
        assertTrue(Files.exists(PAGE), () -> PAGE + " is missing; write it with: " + ConfigurationDocs.COMMAND);
        assertEquals(
                ConfigurationDocs.page(),
                Files.readString(PAGE),
                () -> PAGE + " is stale; write it anew with: " + ConfigurationDocs.COMMAND);
    }

    @Test
    void shouldSayEverythingThatADescriptorHolds() {
        String page = ConfigurationDocs.page();
        for (ConfigOption<?> option : ConfigOptions.ALL) {
            assertTrue(page.contains("| `" + option.key() + "` |"), option::key);
            assertTrue(page.contains("| " + option.type().expected() + " |"), option::key);
            assertTrue(page.contains("| " + option.sentence() + " |"), option::key);
        }
    }
}
