// SPDX-License-Identifier: Apache-2.0
package dev.quarry.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TheilSenTest {
    @Test
    void shouldFindTheSlopeOfALine() {
        assertEquals(2.5, new TheilSen(new double[] {0, 1, 3, 7}, new double[] {1, 3.5, 8.5, 18.5}).slope(), 1e-12);
        assertEquals(-1, new TheilSen(new double[] {10, 12}, new double[] {5, 3}).slope(), 1e-12);
        assertEquals(0, new TheilSen(new double[] {1, 2, 3}, new double[] {4, 4, 4}).slope(), 1e-12);
    }

    @Test
    void shouldNotFollowOutliers() {
        double[] x = new double[200];
        double[] y = new double[200];
        SplittableRandom random = new SplittableRandom(3);
        for (int index = 0; index < x.length; index++) {
            x[index] = index;
            y[index] = 100 + 0.5 * index + (index % 5 == 0 ? random.nextDouble(1e6) : 0);
        }
        assertEquals(0.5, new TheilSen(x, y).slope(), 0.02);
    }

    @Test
    void shouldTellGrowthFromNoise() {
        double[] x = new double[300];
        double[] noise = new double[300];
        double[] growth = new double[300];
        SplittableRandom random = new SplittableRandom(4);
        for (int index = 0; index < x.length; index++) {
            x[index] = index;
            noise[index] = random.nextDouble(50);
            growth[index] = index + random.nextDouble(50);
        }
        assertEquals(0, Math.max(0, new TheilSen(x, noise).leastSlope()));
        assertEquals(0.97, new TheilSen(x, growth).leastSlope(), 0.03);
    }

    @Test
    void shouldFindTheMedian() {
        assertEquals(3, TheilSen.median(new double[] {9, 1, 3}));
        assertEquals(2, TheilSen.median(new double[] {9, 1, 3, 1}));
    }

    @Test
    void shouldRefuseLessThanTwoPoints() {
        assertThrows(IllegalArgumentException.class, () -> new TheilSen(new double[] {1}, new double[] {1}).slope());
        assertThrows(IllegalArgumentException.class, () -> new TheilSen(new double[] {1, 2}, new double[] {1}).slope());
    }
}
