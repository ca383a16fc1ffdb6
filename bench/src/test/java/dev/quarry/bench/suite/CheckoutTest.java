// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckoutTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path scratch;

    @TempDir
    Path home;

    private Children children;

    @BeforeEach
    void create() {
        children = new Children(scratch);
    }

    private void git(String... arguments) throws IOException, ChildFailedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", home.toString()));
        command.addAll(List.of("-c", "user.name=test", "-c", "user.email=test@localhost"));
        command.addAll(List.of(arguments));
        children.run(command, Map.of(), LIMIT);
    }

    private void commit() throws IOException {
        try {
            git("init", "--quiet");
            Files.writeString(home.resolve("source"), "1");
            git("add", "source");
            git("commit", "--quiet", "--message", "first");
        } catch (ChildFailedException e) {
            assumeTrue(!e.isNotStarted(), "there is no git on this machine");
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldTellCommitAndChanges() throws Exception {
        commit();
        Checkout clean = Checkout.read(children, home);
        assertTrue(clean.commit().matches("[0-9a-f]{40}"), clean.toString());
        assertEquals("", clean.changes());

        Files.writeString(home.resolve("source"), "2");
        Checkout changed = Checkout.read(children, home);
        assertEquals(clean.commit(), changed.commit());
        assertNotEquals("", changed.changes());
        Files.writeString(home.resolve("source"), "3");
        assertNotEquals(changed.changes(), Checkout.read(children, home).changes());
    }

    @Test
    void shouldNotCountResultsAsChanges() throws Exception {
        commit();
        Files.writeString(
                Files.createDirectories(home.resolve("bench/results/today")).resolve("env.json"), "{}");
        assertEquals("", Checkout.read(children, home).changes());
    }

    @Test
    void shouldSayNothingOutsideOfACheckout() throws Exception {
        assertEquals(new Checkout("", ""), Checkout.read(children, home));
    }
}
