// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/faults.md names tests; each of them exists.
class FaultsDocsTest {
    private static final Path DOCS = Path.of("..", "docs", "faults.md");
    private static final Pattern ROW = Pattern.compile("^\\| [0-9][0-9, ]* \\|.*\\|$");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`");

    @Test
    void shouldNameTestsThatExist() throws Exception {
        int rows = 0;
        for (String line : Files.readAllLines(DOCS)) {
            if (ROW.matcher(line).matches()) {
                rows++;
                assertTrue(NAMED.matcher(line).find(), "a promise without a test: " + line);
                for (MatchResult named : NAMED.matcher(line).results().toList()) {
                    requireTest(named.group(1), named.group(2));
                }
            }
        }
        assertTrue(rows > 20, "only " + rows + " rows were understood");
    }

    private static void requireTest(String className, String method) throws Exception {
        Class<?> test = Class.forName(qualified(className));
        assertTrue(
                method == null
                        || Arrays.stream(test.getDeclaredMethods())
                                .anyMatch(declared -> declared.getName().equals(method)),
                className + " has no " + method);
    }

    /// The class of that name among these tests, in whatever package.
    private static String qualified(String className) throws Exception {
        Path root = Path.of(FaultsDocsTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            Path file = files.filter(path -> path.endsWith(className + ".class"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + className));
            String name = root.relativize(file).toString().replace(File.separatorChar, '.');
            return name.substring(0, name.length() - ".class".length());
        }
    }
}
