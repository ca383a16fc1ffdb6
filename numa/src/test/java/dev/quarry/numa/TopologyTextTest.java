// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyTextTest {
    @Test
    void shouldReadEveryPart() {
        Topology topology = Topology.parse("0:cpus=0-3,8-11,mem=16g,free=4g,huge=2m*512/100+1g*4/4;"
                + " 1: cpus = 4-7, mem=16384m; 5:mem=64g; 7:cpus=12; 3:offline; 4:offline"
                + "| distances=10,20,30,40 / 21,10,31,41 / 22,32,10,42 / 23,33,43,10"
                + "| allowed-nodes=0,5 | allowed-cpus=0-3 | limit=20g");

        assertEquals(
                new NumaNode(
                        0,
                        CpuSet.parse("0-3,8-11"),
                        16L << 30,
                        4L << 30,
                        List.of(new HugePagePool(2 << 20, 512, 100), new HugePagePool(1 << 30, 4, 4))),
                topology.node(0));
        assertEquals(new NumaNode(1, CpuSet.parse("4-7"), 16L << 30, NumaNode.UNKNOWN), topology.node(1));
        assertEquals(new NumaNode(5, CpuSet.empty(), 64L << 30, NumaNode.UNKNOWN), topology.node(5));
        assertEquals(new NumaNode(7, CpuSet.parse("12"), NumaNode.UNKNOWN, NumaNode.UNKNOWN), topology.node(7));
        assertEquals(NodeSet.of(3, 4), topology.offlineNodes());
        assertEquals(42, topology.distance(5, 7));
        assertEquals(23, topology.distance(7, 0));
        assertEquals(new ProcessLimits(NodeSet.of(0, 5), CpuSet.parse("0-3"), 20L << 30), topology.limits());
        assertArrayEquals(new int[] {0, 5}, topology.fallbackOrder(1));
    }

    @Test
    void shouldAssumeWhatIsLeftOut() {
        Topology topology = Topology.parse("0:cpus=0;1:");

        assertEquals(10, topology.distance(1, 1));
        assertEquals(20, topology.distance(0, 1));
        assertEquals(ProcessLimits.NONE, topology.limits());
        assertEquals(NodeSet.of(0, 1), topology.usableNodes());
        assertEquals(new NumaNode(1, CpuSet.empty(), NumaNode.UNKNOWN, NumaNode.UNKNOWN), topology.node(1));
    }

    /// The rows belong to the nodes as the text has them, not as their ids would have them.
    @Test
    void shouldTakeRowsInTheOrderOfTheNodes() {
        Topology topology = Topology.parse("7:mem=1g;2:offline;1:mem=1g|distances=10,31/32,10");

        assertEquals(31, topology.distance(7, 1));
        assertEquals(32, topology.distance(1, 7));
        assertEquals("1:mem=1g;7:mem=1g;2:offline|distances=10,32/31,10", topology.toText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0:cpus=0-3,mem=16g",
                "0:",
                "0:cpus=0-3,8,mem=16g,free=1023;1:cpus=4-7,mem=1025k;2:mem=64t",
                "0:cpus=0,mem=0;1:mem=1g",
                "0:cpus=0-511,mem=1g;1023:cpus=512-1023,mem=1g|distances=10,255/11,10",
                "0:huge=2m*512/100+1g*4/0;1:offline;1023:offline",
                "0:mem=1g;1:mem=1g|distances=10,40/20,10|allowed-nodes=1|allowed-cpus=0,7|limit=5",
                "0:mem=1g|limit=3t"
            })
    void shouldWriteWhatItReads(String text) {
        Topology topology = Topology.parse(text);

        assertEquals(text, topology.toText());
        assertEquals(topology, Topology.parse(topology.toText()));
        assertEquals(topology.hashCode(), Topology.parse(topology.toText()).hashCode());
    }

    @Test
    void shouldDifferWhenAPartDiffers() {
        Topology topology = Topology.parse("0:cpus=0,mem=1g;1:cpus=1,mem=1g");

        for (String other : List.of(
                "0:cpus=0,mem=1g;1:cpus=2,mem=1g",
                "0:cpus=0,mem=1g;1:cpus=1,mem=1g;2:offline",
                "0:cpus=0,mem=1g;1:cpus=1,mem=1g|distances=10,21/20,10",
                "0:cpus=0,mem=1g;1:cpus=1,mem=1g|limit=1g")) {
            assertNotEquals(topology, Topology.parse(other));
        }
        assertEquals(topology, Topology.parse("1:cpus=1,mem=1g;0:cpus=0,mem=1g|distances=10,20/20,10"));
    }

    @Test
    void shouldWriteAndReadThisMachine() {
        Topology topology = Topology.read();

        assertEquals(topology, Topology.parse(topology.toText()));
        assertFalse(topology.toText().contains("\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '"',
            value = {
                "\"\" ! node '', expected an id from 0 to 1023 and a colon, as in 0:cpus=0-3,mem=16g",
                "0 ! node '0', expected an id from 0 to 1023 and a colon",
                "x:mem=1g ! node 'x:mem=1g', expected an id from 0 to 1023 and a colon",
                "1024:mem=1g ! node '1024:mem=1g', expected an id from 0 to 1023 and a colon",
                "-1:mem=1g ! node '-1:mem=1g', expected an id from 0 to 1023 and a colon",
                "0:mem=1g; ! node '', expected an id from 0 to 1023 and a colon",
                "0:mem=1g;0:mem=1g ! node 0 is there twice, expected once",
                "0:mem=1g;1:offline;1:offline ! node 1 is there twice, expected once",
                "0:mem=1g;0:offline ! node 0 is online and offline, expected one of them",
                "0:offline ! no node that is online, expected at least one",
                "0:mem=0 ! no node has memory, expected at least one that has",
                "0:cpus=0-3;1:cpus=3 ! cpu 3 is in node 0 and in node 1, expected in one",
                "0:cpu=0 ! node 0: 'cpu=0', expected one of cpus=, mem=, free=, huge= and a value",
                "0:mem ! node 0: 'mem', expected one of cpus=, mem=, free=, huge= and a value",
                "0:mem=1g,offline ! node 0: 'offline', expected one of cpus=, mem=, free=, huge= and a value",
                "0:mem=1g,,cpus=0 ! node 0: '', expected one of cpus=",
                "0:mem=1g,mem=2g ! node 0: key 'mem' is there twice, expected once",
                "0:cpus=0-x ! node 0: cpus: '0-x' in the list '0-x' is neither a number nor a range",
                "0:cpus=0,3-1 ! node 0: cpus: '3-1' in the list '0,3-1' is neither a number nor a range",
                "0:mem=16x ! node 0: mem: '16x', expected a size such as 65536, 512m or 16g",
                "0:mem= ! node 0: mem: '', expected a size",
                "0:mem=-1 ! node 0: mem: '-1', expected a size",
                "0:mem=99999999999t ! node 0: mem: '99999999999t', expected a size",
                "0:mem=1g,free=1025m ! node 0: free is '1025m', expected no more than mem, which is '1g'",
                "0:huge=2m ! node 0: huge: '2m', expected size*count/free, as in 2m*512/100",
                "0:huge=2m*1/2 ! node 0: huge: 2 of 1 huge OS pages free, expected 0 to all of them",
                "0:huge=3m*1/1 ! node 0: huge: huge OS pages of 3145728 bytes, expected a power of two",
                "0:huge=1g*1/1+2m*1/1 ! node 0: huge: '1g*1/1+2m*1/1', expected each size once, in ascending order",
                "0:huge=2m*1/1+2m*1/1 ! node 0: huge: '2m*1/1+2m*1/1', expected each size once, in ascending order",
                "0:|distance=10 ! 'distance=10', expected one of distances=, allowed-nodes=, allowed-cpus=, limit=",
                "0:| ! '', expected one of distances=, allowed-nodes=, allowed-cpus=, limit= and a value",
                "0:|limit=1g|limit=1g ! key 'limit' is there twice, expected once",
                "0:|limit=x ! limit: 'x', expected a size",
                "0:|limit=0 ! a process that may have 0 bytes, expected more",
                "0:;1:|distances=10,20 ! 1 rows of distances, expected 2, one for each node that is online",
                "0:;1:|distances=10,20/20 ! 1 distances of node 1, expected 2, one for each node that is online",
                "0:;1:|distances=10,20/20,10,30 ! 3 distances of node 1, expected 2, one for each node that is online",
                "0:;1:|distances=10,x/20,10 ! distances: 'x' in column 2 of row 1, expected a number from 10 to 255",
                "0:;1:|distances= ! distances: '' in column 1 of row 1, expected a number from 10 to 255",
                "0:;1:|distances=10,20/20,12 ! distance 12 from node 1 to node 1, expected 10",
                "0:;1:|distances=10,9/20,10 ! distance 9 from node 0 to node 1, expected 11 to 255",
                "0:|allowed-nodes=1024 ! allowed-nodes: '1024' in the list '1024' is neither",
                "0:|allowed-nodes= ! a process that may use no node, expected at least one",
                "0:|allowed-cpus= ! a process that may use no cpu, expected at least one",
                "0:|allowed-nodes=1 ! a process that may use the nodes 1, of which none has memory, expected one of 0"
            })
    void shouldSayWhatIsThereAndWhatWasExpected(String text, String expected) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Topology.parse(text));

        assertTrue(e.getMessage().startsWith(expected), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
