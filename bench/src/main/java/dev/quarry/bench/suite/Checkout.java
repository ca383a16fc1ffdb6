// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.suite;

import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// What git says of the sources that are measured.
///
/// @param commit  the commit that is checked out; empty where there is no git, or no checkout
/// @param changes a digest of what differs from that commit; empty where nothing does
public record Checkout(String commit, String changes) {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int DIGEST_CHARACTERS = 12;

    /// Results that are being published are no change of what is measured.
    private static final List<String> WITHOUT_RESULTS = List.of("--", ".", ":(exclude)bench/results");

    /// Asks git.
    ///
    /// @param home the folder of the checkout
    public static Checkout read(Children children, Path home) throws IOException {
        try {
            String commit = git(children, home, "rev-parse", "HEAD").strip();
            String status = git(children, home, "status", "--porcelain");
            String changes = status.isEmpty() ? "" : digest(status + git(children, home, "diff", "HEAD"));
            return new Checkout(commit, changes);
        } catch (ChildFailedException e) {
            return new Checkout("", "");
        }
    }

    private static String git(Children children, Path home, String... arguments)
            throws IOException, ChildFailedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", home.toString()));
        command.addAll(List.of(arguments));
        if (!arguments[0].equals("rev-parse")) {
            command.addAll(WITHOUT_RESULTS);
        }
        return children.run(command, Map.of(), LIMIT);
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
