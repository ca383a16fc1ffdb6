// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.report.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes the sentences of a Markdown file that rest on result files: what stands between
/// `<!-- claims: FOLDER -->` and `<!-- end of claims -->`, where the folder is relative to the file.
final class Claims {
    static final String COMMAND =
            "mvn test -pl bench -am -Dtest=ClaimsTest -Dclaims=write -Dsurefire.failIfNoSpecifiedTests=false";

    private static final Pattern BLOCK = Pattern.compile(
            "(<!-- claims: (?<folder>\\S+) -->\n)(?<claims>.*?)(<!-- end of claims -->)", Pattern.DOTALL);
    private static final int COLUMNS = 120;

    private Claims() {}

    /// The text with each block's sentences as its folder's files have them now.
    ///
    /// @param root what the blocks' folders are relative to
    static String rewrite(String markdown, Path root) throws IOException {
        StringBuilder text = new StringBuilder();
        int end = 0;
        for (MatchResult block : BLOCK.matcher(markdown).results().toList()) {
            text.append(markdown, end, block.start("claims"));
            text.append('\n')
                    .append(fill(sentences(root.resolve(block.group("folder")))))
                    .append("\n\n");
            end = block.end("claims");
        }
        if (end == 0) {
            throw new IllegalArgumentException("there is no block of claims in the text");
        }
        return text.append(markdown.substring(end)).toString();
    }

    /// One sentence after the other, of all kinds of result files that the folder has.
    private static List<String> sentences(Path folder) throws IOException {
        List<String> sentences = new ArrayList<>();
        if (Files.exists(folder.resolve("workloads.json"))) {
            sentences.addAll(SuiteClaims.of(ResultsFolder.read(folder)));
        }
        if (Files.exists(folder.resolve("replay.json"))) {
            sentences.addAll(ReplayClaims.of(replays(folder)));
        }
        if (Files.exists(folder.resolve("buffers.json"))) {
            sentences.addAll(BufferClaims.of(read(folder, "buffers.json")));
        }
        if (sentences.isEmpty()) {
            throw new IOException(folder + " has no result file to claim anything from");
        }
        return sentences;
    }

    /// That of the shipped traces first, then those of others.
    private static List<Fields> replays(Path folder) throws IOException {
        List<Fields> replays = new ArrayList<>();
        replays.add(read(folder, "replay.json"));
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, "replay-*.json")) {
            for (Path other : others) {
                replays.add(read(folder, String.valueOf(other.getFileName())));
            }
        }
        return replays;
    }

    private static Fields read(Path folder, String name) throws IOException {
        return Fields.of(name, Json.read(Files.readString(folder.resolve(name))));
    }

    /// In lines of no more than so many columns.
    private static String fill(List<String> sentences) {
        Matcher words = Pattern.compile("\\S+").matcher(String.join(" ", sentences));
        StringBuilder text = new StringBuilder();
        int column = 0;
        while (words.find()) {
            boolean fits = column + 1 + words.group().length() <= COLUMNS;
            text.append(column == 0 ? "" : fits ? " " : "\n").append(words.group());
            column = (fits && column > 0 ? column + 1 : 0) + words.group().length();
        }
        return text.toString();
    }
}
