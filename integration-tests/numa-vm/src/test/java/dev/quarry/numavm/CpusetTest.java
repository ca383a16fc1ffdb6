// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quarry.numa.Errno;
import dev.quarry.numa.NativeMemory;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NodeSet;
import dev.quarry.numa.Placement;
import dev.quarry.numa.ProcessLimits;
import dev.quarry.numa.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A process that a cgroup keeps on two of the four nodes.
@InGuest
class CpusetTest {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Path CGROUP = CGROUPS.resolve("two-nodes");
    private static final String MEMORY_LIMIT = "1073741824";

    @BeforeAll
    static void makeCgroup() throws IOException {
        Files.writeString(CGROUPS.resolve("cgroup.subtree_control"), "+cpuset +memory");
        Files.createDirectory(CGROUP);
        Files.writeString(CGROUP.resolve("cpuset.mems"), "1-2");
        Files.writeString(CGROUP.resolve("cpuset.cpus"), "3-4");
        Files.writeString(CGROUP.resolve("memory.max"), MEMORY_LIMIT);
    }

    @AfterAll
    static void removeCgroup() throws IOException {
        Files.delete(CGROUP);
    }

    @Test
    void shouldUseOnlyWhatTheCgroupAllows() {
        List<String> enterCgroup =
                List.of("/bin/sh", "-c", "echo $$ >" + CGROUP.resolve("cgroup.procs") + " && exec \"$@\"", "sh");

        Children.Ended ended = Children.run(enterCgroup, Child.class);

        assertEquals("""
                usable nodes 1-2
                cpus 3-4
                memory %s
                bind to 0,2: 2
                bind to 0: EINVAL
                move to 0: EACCES
                """.formatted(MEMORY_LIMIT), ended.output());
        assertEquals(0, ended.exitCode());
    }

    /// Prints what it may use, and what happens when it asks for more.
    static final class Child {
        private static final long BYTE_SIZE = 1 << 20;

        private Child() {}

        public static void main(String[] arguments) {
            Topology topology = Topology.read();
            ProcessLimits limits = topology.limits();
            System.out.println("usable nodes " + topology.usableNodes());
            System.out.println("cpus " + limits.cpus());
            System.out.println("memory " + limits.memoryBytes());
            NativeMemory memory = NativeMemory.system();
            try (Range range = Range.of(memory, BYTE_SIZE)) {
                System.out.println("bind to 0,2: " + nodeAfterBinding(range, NodeSet.of(0, 2)));
                System.out.println("bind to 0: " + refusal(() -> range.bind(Placement.BIND, NodeSet.of(0))));
                System.out.println("move to 0: " + refusal(() -> memory.move(range.address(), BYTE_SIZE, 0)));
            }
        }

        private static int nodeAfterBinding(Range range, NodeSet nodes) {
            PagesByNode found = range.bind(Placement.BIND, nodes).populate().pagesByNode();
            return Guest.ALL_NODES.ids().filter(found::areAllOn).findFirst().orElse(NativeMemory.NOT_RESIDENT);
        }

        private static String refusal(Runnable call) {
            try {
                call.run();
                return "done";
            } catch (NativeMemoryException e) {
                return List.of(Errno.values()).stream()
                        .filter(e::is)
                        .map(Errno::name)
                        .findFirst()
                        .orElse(String.valueOf(e.getMessage()));
            }
        }
    }
}
