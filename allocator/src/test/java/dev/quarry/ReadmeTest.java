// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lines of use that the README shows: they compile against the public classes alone, run, and leave nothing live.
class ReadmeTest {
    /// The module's folder is the working directory of its tests.
    private static final Path README = Path.of("..", "README.md");

    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path directory;

    @Test
    void shouldRunWhatTheReadmeShows() throws Exception {
        String example = onlyJavaBlock(Files.readString(README));
        Path source = directory.resolve("ReadmeExample.java");
        Files.writeString(
                source,
                String.join(
                        "\n",
                        "import dev.quarry.*;",
                        "import java.lang.foreign.MemorySegment;",
                        "import java.nio.ByteBuffer;",
                        "public class ReadmeExample {",
                        "public static void main(String[] unused) {",
                        example,
                        "}",
                        "}"));
        compile(source);

        long liveBefore = OffHeapAllocator.system().stats().liveBlocks();
        long mallocsBefore = OffHeapAllocator.system().stats().mallocs();
        String printed = run();
        assertTrue(printed.contains("committed"), "the report: " + printed);
        assertEquals(liveBefore, OffHeapAllocator.system().stats().liveBlocks());
        assertTrue(OffHeapAllocator.system().stats().mallocs() > mallocsBefore);
    }

    private static String onlyJavaBlock(String readme) {
        Matcher blocks = JAVA_BLOCK.matcher(readme);
        assertTrue(blocks.find(), "the README has no block of Java");
        String block = blocks.group(1);
        assertTrue(!blocks.find(), "the README has a second block of Java, which nobody runs");
        return block;
    }

    private void compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-Xlint:all",
                    "-Werror",
                    "-proc:none",
                    "-d",
                    directory.toString(),
                    "-classpath",
                    System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
            assertTrue(compiled, messages::toString);
        }
    }

    private String run() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("ReadmeExample").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
