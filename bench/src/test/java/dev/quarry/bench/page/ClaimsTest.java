// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Path README = ROOT.resolve("README.md");
    private static final String REPLAY = """
            {"workloads": [
              {"name": "a", "kind": "TRACE", "rows": [
                {"name": "quarry", "heldRatioToNative": 1.5, "metadataShareOfCommitted": 0.01}]},
              {"name": "b", "kind": "TRACE", "rows": [
                {"name": "quarry", "heldRatioToNative": 0.9, "metadataShareOfCommitted": 0.04}]},
              {"name": "c", "kind": "EXCHANGE", "rows": [
                {"name": "quarry", "ratioToNative": 1.75}, {"name": "quarry-export", "ratioToNative": 0.5}]}],
             "geometricMeans": [
              {"name": "quarry", "ratioToNative": 1.25, "ratioTo netty-adaptive": 0.25},
              {"name": "quarry-export", "ratioToNative": 1.125, "ratioTo netty-adaptive": 0.125},
              {"name": "facade", "ratioToNative": 2.5, "ratioTo netty-adaptive": 0.5},
              {"name": "facade-export", "ratioToNative": 2.25, "ratioTo netty-adaptive": 0.375}]}
            """;

    @TempDir
    Path folder;

    @Test
    void shouldStandInTheReadmeAsTheFilesHaveThem() throws IOException {
        String readme = Files.readString(README);
        String rewritten = Claims.rewrite(readme, ROOT);
        if ("write".equals(System.getProperty("claims"))) {
            Files.writeString(README, rewritten);
            readme = rewritten;
        }
        assertEquals(rewritten, readme, "the README does not say what the result files do: " + Claims.COMMAND);
    }

    @Test
    void shouldFollowTheFile() throws IOException {
        Files.writeString(folder.resolve("replay.json"), REPLAY);
        String claims = claims();
        assertContains(
                claims, "takes 0.25 of the time of one of Netty's adaptive allocator and 1.25 times that of one");
        assertContains(claims, "by the facade it is 0.50 and 2.50.");
        assertContains(claims, "pass it is 0.13 and 1.13, by the facade 0.38 and 2.25.");
        assertContains(claims, "a block takes 1.75 times the time that it takes in the fastest native one, with the");
        assertContains(claims, "it holds 0.90 (b) to 1.50 (a) times the least of the native ones");
        assertContains(claims, "metadata being 1.0 to 4.0 % of what is committed.");
        Files.writeString(folder.resolve("replay.json"), REPLAY.replace("1.75", "0.76"));
        assertContains(claims(), "a block takes 0.76 of");
        Files.writeString(folder.resolve("replay-other.json"), REPLAY.replace("0.9,", "0.8,"));
        assertContains(claims(), "it holds 0.80 (b) to 1.50 (a)");
    }

    @Test
    void shouldClaimFromEachSuiteOfARun() throws IOException {
        Path run = MadeUpRun.copyTo(folder);
        Files.move(run, folder.resolve("run"));
        String claims = claims("run");
        assertContains(
                claims,
                "In the 4 workloads that are judged an operation takes 1.09 times the time of each one's fastest native malloc");
        assertContains(claims, "0.88 (larson (W1), 2 threads) to 1.80 (alloc-test (W8), 2 threads).");
        assertContains(claims, "of all others that Java can call: 0.33 (16,639 B) to 1.90 (64 KiB).");
        assertContains(claims, "Under mstress a malloc takes at p99.99 1.13 times the time of the best native one's");
        assertContains(claims, "malloc in C but for tcmalloc as the geometric mean");
        assertContains(claims, "in 1 of 2: 0.16 (burst-idle (F12)) to 1.02 (robson (F1)).");
    }

    @Test
    void shouldKeepWhatStandsAroundAndFillLines() throws IOException {
        Files.writeString(folder.resolve("replay.json"), REPLAY);
        String text = Claims.rewrite("before\n<!-- claims: . -->\nstale\n<!-- end of claims -->\nafter\n", folder);
        assertTrue(text.startsWith("before\n<!-- claims: . -->\n\nOn recorded traces"), text);
        assertTrue(text.endsWith("committed.\n\n<!-- end of claims -->\nafter\n"), text);
        assertTrue(text.lines().allMatch(line -> line.length() <= 120), text);
    }

    @Test
    void shouldRefuseAFolderWithoutFiles() {
        assertThrows(IOException.class, this::claims);
        assertThrows(IllegalArgumentException.class, () -> Claims.rewrite("no block", folder));
    }

    private String claims() throws IOException {
        return claims(".");
    }

    private String claims(String name) throws IOException {
        return Claims.rewrite("<!-- claims: " + name + " -->\n<!-- end of claims -->", folder)
                .replace('\n', ' ');
    }

    private static void assertContains(String claims, String text) {
        assertTrue(claims.contains(text), () -> "expected \"" + text + "\" in: " + claims);
    }
}
