// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.quarry.numa.NativeMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Limits of the kernel, set by a shell: what they refuse is said in a sentence, and the JVM lives on.
@Tag("once")
class SystemLimitsTest {
    /// A JVM that is modest in address space, so that a tight limit is the allocator's problem and not its own.
    private static final List<String> SMALL_JVM =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=32m", "-XX:CompressedClassSpaceSize=32m");

    /// Whoever has the capability is not bound by the limit of locked memory: the superuser gives it up.
    private static final String LOCK_AT_MOST_64K =
            "ulimit -l 64; if [ $(id -u) = 0 ]; then set -- setpriv --bounding-set -ipc_lock \"$@\"; fi; exec";

    private static void assumeLinux() {
        assumeFalse(NativeMemory.system().isPortable(), "these are limits of Linux");
    }

    @Test
    void shouldReserveLessWhereAddressSpaceIsLimited() throws Exception {
        assumeLinux();
        ChildJvm.Outcome outcome =
                ChildJvm.run("ulimit -v 1500000; exec", SystemLimitsChild.class, SMALL_JVM, "limit=2g", "reserve=4g");
        outcome.requireSuccess();
        String output = outcome.output();
        assertTrue(output.contains("no memory for 1000000 bytes"), output);
        assertTrue(output.contains("works on"), output);
        assertTrue(output.contains("note: address space of 4294967296 bytes was refused (ENOMEM)"), output);
        assertTrue(output.endsWith("done" + System.lineSeparator()), output);
    }

    @Test
    void shouldSayWhyItCannotStart() throws Exception {
        assumeLinux();
        ChildJvm.Outcome outcome = ChildJvm.run(
                "ulimit -v 2000000; exec", SystemLimitsChild.class, SMALL_JVM, "crowded", "limit=256m", "reserve=256m");
        outcome.requireSuccess();
        assertTrue(outcome.output().startsWith("refused at start: "), outcome.output());
        assertTrue(outcome.output().contains("ulimit -v"), outcome.output());
        assertEquals(1, outcome.output().lines().count(), outcome.output());
    }

    @Test
    void shouldGoOnUnlockedWhenLocksAreBestEffort() throws Exception {
        requireLockLimit();
        ChildJvm.Outcome outcome = lockingChild(MemoryLock.BEST_EFFORT);
        String output = outcome.output();
        assertTrue(output.contains("note: locking memory was refused"), output);
        assertTrue(output.contains("works on"), output);
    }

    @Test
    void shouldNotStartWhereRequiredLocksAreRefused() throws Exception {
        requireLockLimit();
        ChildJvm.Outcome outcome = lockingChild(MemoryLock.REQUIRED);
        String output = outcome.output();
        assertTrue(output.contains("refused at start: "), output);
        assertTrue(output.contains("quarry.lock=required cannot be had: "), output);
        assertTrue(output.contains("the system refused: mlock of"), output);
        assertTrue(output.contains("ulimit -l"), output);
        assertFalse(output.contains("works on"), output);
    }

    private static ChildJvm.Outcome lockingChild(MemoryLock lock) throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(
                LOCK_AT_MOST_64K, SystemLimitsChild.class, SMALL_JVM, "limit=32m", "reserve=64m", "lock=" + lock);
        outcome.requireSuccess();
        return outcome;
    }

    private static void requireLockLimit() {
        assumeLinux();
        boolean isSuperuser = "root".equals(System.getProperty("user.name"));
        List<Path> places = new ArrayList<>(List.of(Path.of("/usr/bin/setpriv"), Path.of("/bin/setpriv")));
        assumeFalse(
                isSuperuser && places.stream().noneMatch(Files::isExecutable),
                "the superuser may lock without limit, and setpriv is not here to give that up");
    }
}
