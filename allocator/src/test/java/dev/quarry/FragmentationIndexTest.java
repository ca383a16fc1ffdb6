// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The kernel's arithmetic, by worked examples.
class FragmentationIndexTest {
    @Test
    void shouldTellFragmentationFromWantOfMemory() {
        // 16 pages in 12 blocks: 1000 - (1000 + 16 * 1000 / 4) / 12.
        FragmentationIndex scattered = new FragmentationIndex(List.of(8, 4, 0, 0));
        assertEquals(584, scattered.external(2));
        assertEquals(1000, scattered.unusable(2));
        // One page and a request for eight: 1000 - (1000 + 1000 / 8) / 1.
        assertEquals(-125, new FragmentationIndex(List.of(1, 0, 0, 0)).external(3));
    }

    @Test
    void shouldSayThatARequestWouldSucceed() {
        FragmentationIndex whole = new FragmentationIndex(List.of(0, 0, 4));
        assertEquals(FragmentationIndex.WOULD_SUCCEED, whole.external(2));
        assertEquals(0, whole.unusable(2));
        assertEquals(FragmentationIndex.WOULD_SUCCEED, whole.external(0));
    }

    @Test
    void shouldCountWhatIsTooSmall() {
        // Of 2 + 4 + 8 pages the two single ones and the two pairs are no use for four.
        FragmentationIndex mixed = new FragmentationIndex(List.of(2, 2, 2));
        assertEquals(0, mixed.unusable(0));
        assertEquals(2 * 1000 / 14, mixed.unusable(1));
        assertEquals(6 * 1000 / 14, mixed.unusable(2));
    }

    @Test
    void shouldHaveValuesForNoMemoryAtAll() {
        FragmentationIndex nothing = new FragmentationIndex(List.of(0, 0, 0));
        assertEquals(0, nothing.external(1));
        assertEquals(1000, nothing.unusable(1));
    }
}
