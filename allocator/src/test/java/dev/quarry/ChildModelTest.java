// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quarry.numa.RawMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random programs over a random tree against a model: after each step the sums up the tree add up, at each level the
/// limit holds, and every block has kept its contents.
class ChildModelTest {
    private static final int STEPS = 3_000;
    private static final int CHECKED_EACH = 50;
    private static final long MIB = 1 << 20;
    private static final int MOST_MEMBERS = 12;
    private static final int MOST_BYTES = 600_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldAddUpAfterEachStep(long seed) {
        AllocatorConfig config = AllocatorConfig.builder()
                .name("root")
                .limit(24 * MIB)
                .reserve("256m")
                .close(CloseMode.FREE)
                .maintenance(MaintenanceMode.EXTERNAL)
                .build();
        try (OffHeapAllocator root = OffHeapAllocator.create(config)) {
            Program program = new Program(root, seed);
            for (int step = 0; step < STEPS; step++) {
                try {
                    program.step();
                    program.check(program.root, step % CHECKED_EACH == 0);
                } catch (AssertionError | RuntimeException failure) {
                    throw new AssertionError("seed " + seed + ", step " + step, failure);
                }
            }
            assertTrue(program.refusals > 0, "no limit was ever reached, seed " + seed);
        }
    }

    /// An allocator and what it should have.
    private static final class Member {
        final OffHeapAllocator allocator;
        final List<Member> children = new ArrayList<>();
        final List<Block> blocks = new ArrayList<>();

        Member(OffHeapAllocator allocator) {
            this.allocator = allocator;
        }

        List<Member> all() {
            List<Member> all = new ArrayList<>();
            Deque<Member> next = new ArrayDeque<>(List.of(this));
            while (!next.isEmpty()) {
                Member member = next.poll();
                all.add(member);
                next.addAll(member.children);
            }
            return all;
        }
    }

    private record Block(long address, long byteSize, byte mark) {}

    private static final class Program {
        private final SplittableRandom random;
        private final Member root;
        private int names;
        private int refusals;
        private long mallocs;

        Program(OffHeapAllocator root, long seed) {
            this.random = new SplittableRandom(seed);
            this.root = new Member(root);
        }

        void step() {
            List<Member> all = root.all();
            Member member = all.get(random.nextInt(all.size()));
            int choice = random.nextInt(1_000);
            if (choice < 600) {
                malloc(member);
            } else if (choice < 960) {
                free(member);
            } else if (choice < 985) {
                addChild(all, member);
            } else if (choice < 990) {
                closeOne(all, member);
            } else if (choice < 995) {
                member.allocator.maintain();
            } else {
                member.allocator.trim();
            }
        }

        private void malloc(Member member) {
            long byteSize = random.nextInt(4) == 0 ? random.nextInt(MOST_BYTES) : random.nextInt(2_000);
            long address = member.allocator.tryMalloc(byteSize);
            if (address == 0) {
                refusals++;
                return;
            }
            mallocs++;
            byte mark = (byte) random.nextInt();
            Block block = new Block(address, byteSize, mark);
            if (byteSize > 0) {
                RawMemory.putByte(address, mark);
                RawMemory.putByte(address + byteSize - 1, mark);
            }
            member.blocks.add(block);
        }

        private void free(Member member) {
            if (member.blocks.isEmpty()) {
                return;
            }
            int index = random.nextInt(member.blocks.size());
            Block block = member.blocks.get(index);
            member.blocks.set(index, member.blocks.get(member.blocks.size() - 1));
            member.blocks.remove(member.blocks.size() - 1);
            requireContents(block);
            if (member != root) {
                assertThrows(InvalidFreeException.class, () -> root.allocator.free(block.address()));
            }
            member.allocator.free(block.address());
        }

        private static void requireContents(Block block) {
            if (block.byteSize() > 0) {
                assertEquals(block.mark(), RawMemory.getByte(block.address()), "contents");
                assertEquals(block.mark(), RawMemory.getByte(block.address() + block.byteSize() - 1), "contents");
            }
        }

        private void addChild(List<Member> all, Member member) {
            if (all.size() >= MOST_MEMBERS) {
                return;
            }
            String name = "child-" + names++;
            long limitBytes = random.nextLong(2 * MIB, 30 * MIB);
            try {
                member.children.add(new Member(member.allocator.child(name, limitBytes)));
            } catch (OutOfOffHeapMemoryError refused) {
                refusals++;
            } catch (IllegalArgumentException tooDeep) {
                assertTrue(tooDeep.getMessage().contains("levels deep"), tooDeep.getMessage());
            }
        }

        private void closeOne(List<Member> all, Member member) {
            if (member == root) {
                return;
            }
            member.all().forEach(gone -> gone.blocks.forEach(Program::requireContents));
            long held = member.allocator.space().ledger().committedBytes();
            long before = root.allocator.space().ledger().committedBytes();
            member.allocator.close();
            assertEquals(before - held, root.allocator.space().ledger().committedBytes(), "all credit is back at once");
            all.forEach(other -> other.children.remove(member));
        }

        /// @param deep whether to walk everything as well
        private void check(Member member, boolean deep) {
            long committed = member.allocator.space().ledger().committedBytes();
            long sum = member.allocator.space().committedBytes();
            for (Member child : member.children) {
                sum += child.allocator.space().ledger().committedBytes();
                check(child, false);
            }
            assertEquals(committed, sum, member.allocator.name());
            assertTrue(committed <= member.allocator.space().ledger().limitBytes(), "the limit");
            assertEquals(
                    member.allocator.space().ledger().limitBytes() - committed,
                    member.allocator.space().ledger().roomBytes(),
                    "nothing stays promised");
            if (deep) {
                checkStats();
            }
        }

        private void checkStats() {
            root.allocator.verify();
            for (Member member : root.all()) {
                AllocatorStats stats = member.allocator.stats();
                AllocatorStats own = member.allocator.ownStats();
                assertTrue(stats.identityHolds(), stats::toString);
                assertEquals(member.blocks.size(), own.liveBlocks());
                assertEquals(
                        member.all().stream().mapToInt(one -> one.blocks.size()).sum(), stats.liveBlocks());
                assertEquals(stats.mallocs() - stats.frees(), stats.liveBlocks());
                long committed = own.committedBytes();
                for (OffHeapAllocator child : member.allocator.children()) {
                    committed += child.stats().committedBytes();
                }
                assertEquals(stats.committedBytes(), committed);
            }
            assertEquals(mallocs, root.allocator.stats().mallocs(), "of closed ones as well");
        }
    }
}
