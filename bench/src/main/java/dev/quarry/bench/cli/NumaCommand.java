// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.cli;

import dev.quarry.AllocatorConfig;
import dev.quarry.NodePlacement;
import dev.quarry.NumaPolicy;
import dev.quarry.OffHeapAllocator;
import dev.quarry.OutOfOffHeapMemoryError;
import dev.quarry.numa.NativeMemoryException;
import dev.quarry.numa.NumaNode;
import dev.quarry.numa.ProcessLimits;
import dev.quarry.numa.RawMemory;
import dev.quarry.numa.Topology;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `quarry numa`: what the machine's nodes are, what the allocator makes of them, and whether pages lie where they
/// should.
@Command(
        name = "numa",
        description = "Print the nodes, their distances and the policy, and check where pages really lie.",
        footer = "The options of the allocator hold, such as JAVA_TOOL_OPTIONS=-Dquarry.numa.policy=interleave")
final class NumaCommand implements Callable<Integer> {
    private static final int BLOCK_BYTES = 256 << 10;
    private static final int OS_PAGE_BYTES = 4096;
    private static final int SAMPLED_PAGES = 1024;
    private static final int MAX_MEBIBYTES = 64 << 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by the parser before the call.
    private CommandSpec spec;

    @Option(
            names = "--mebibytes",
            paramLabel = "N",
            defaultValue = "16",
            description = "How much memory is allocated on each node for the check (default: ${DEFAULT-VALUE}).")
    private int mebibytesANode;

    @Override
    public Integer call() {
        if (mebibytesANode < 1 || mebibytesANode > MAX_MEBIBYTES) {
            throw new ParameterException(
                    spec.commandLine(), "--mebibytes must be from 1 to " + MAX_MEBIBYTES + ", not " + mebibytesANode);
        }
        try {
            print(AllocatorConfig.fromSystemProperties());
            return 0;
        } catch (IllegalArgumentException | OutOfOffHeapMemoryError refused) {
            spec.commandLine().getErr().println("quarry: " + refused.getMessage());
            return QuarryCli.EXIT_BAD_INPUT;
        }
    }

    private void print(AllocatorConfig config) {
        PrintWriter out = spec.commandLine().getOut();
        String text = config.numaTopology();
        Topology topology = text.equals("auto") ? Topology.read() : Topology.parse(text);
        try (OffHeapAllocator allocator = OffHeapAllocator.create(config)) {
            printTopology(out, topology);
            out.printf(Locale.ROOT, "%npolicy %s%n%n", config.numaPolicy());
            check(out, allocator, topology);
        }
        out.flush();
    }

    private static void printTopology(PrintWriter out, Topology topology) {
        ProcessLimits limits = topology.limits();
        for (NumaNode node : topology.nodes()) {
            out.printf(
                    Locale.ROOT,
                    "node %d: cpus %s, memory %s, free %s%s%n",
                    node.id(),
                    node.cpus().isEmpty() ? "none" : node.cpus(),
                    mebibytes(node.totalBytes()),
                    mebibytes(node.freeBytes()),
                    topology.usableNodes().contains(node.id()) ? "" : " (not for this process)");
            node.hugePages()
                    .forEach(pool -> out.printf(
                            Locale.ROOT,
                            "        %d of %d huge pages of %s free%n",
                            pool.free(),
                            pool.total(),
                            mebibytes(pool.osPageBytes())));
        }
        if (!topology.offlineNodes().isEmpty()) {
            out.println("offline: " + topology.offlineNodes());
        }
        if (limits.memoryBytes() != ProcessLimits.UNLIMITED) {
            out.println("limit of this process: " + mebibytes(limits.memoryBytes()));
        }
        out.println("distances:");
        for (NumaNode from : topology.nodes()) {
            StringBuilder row = new StringBuilder();
            for (NumaNode to : topology.nodes()) {
                row.append(String.format(Locale.ROOT, "%4d", topology.distance(from.id(), to.id())));
            }
            out.printf(Locale.ROOT, "node %3d:%s%n", from.id(), row);
        }
    }

    private static String mebibytes(long bytes) {
        return bytes == NumaNode.UNKNOWN ? "unknown" : (bytes >> 20) + " MiB";
    }

    /// Allocates on each node, touches what it got, and asks the system where it lies.
    private void check(PrintWriter out, OffHeapAllocator allocator, Topology topology) {
        List<Long> blocks = new ArrayList<>();
        boolean isOff = allocator.stats().nodes().size() == 1;
        for (int node : topology.usableNodes().ids().toArray()) {
            for (long left = (long) mebibytesANode << 20; left > 0; left -= BLOCK_BYTES) {
                long block = isOff
                        ? allocator.malloc(BLOCK_BYTES)
                        : allocator.malloc(BLOCK_BYTES, NumaPolicy.preferred(node));
                for (int offset = 0; offset < BLOCK_BYTES; offset += OS_PAGE_BYTES) {
                    RawMemory.putByte(block + offset, (byte) 1);
                }
                blocks.add(block);
            }
        }
        try {
            for (NodePlacement node : allocator.samplePlacement(SAMPLED_PAGES)) {
                out.printf(
                        Locale.ROOT,
                        "node %d: %d pages sampled, %d resident, %d on this node (%.1f %%)%n",
                        node.node(),
                        node.sampledPages(),
                        node.residentPages(),
                        node.placedPages(),
                        node.placedPercent());
            }
        } catch (NativeMemoryException refused) {
            out.println("where pages lie is not known: the system refused to tell (" + refused.errnoName() + ")");
        }
        allocator.report().lines().filter(line -> line.startsWith("note: ")).forEach(out::println);
        blocks.forEach(allocator::free);
    }
}
