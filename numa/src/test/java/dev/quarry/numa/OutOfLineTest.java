// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.invoke.MethodHandles;
import org.junit.jupiter.api.Test;

class OutOfLineTest {
    private static final Calls CALL = OutOfLine.calls(MethodHandles.lookup(), Calls.class);

    /// What is called.
    static final class Target {
        private long sum;

        long add(long a, int b, long c) {
            sum += a * 100 + b * 10 + c;
            return sum;
        }

        boolean isLess(char a, double b) {
            return a < b;
        }

        void fail(String why) {
            throw new IllegalStateException(why);
        }

        Target itself() {
            return this;
        }
    }

    /// By name and shape.
    interface Calls {
        long add(Target target, long a, int b, long c);

        boolean isLess(Target target, char a, double b);

        void fail(Target target, String why);

        Target itself(Target target);
    }

    @Test
    void shouldPassArgumentsAndResult() {
        Target target = new Target();
        assertEquals(123, CALL.add(target, 1, 2, 3));
        assertEquals(579, CALL.add(target, 4, 5, 6));
        assertEquals(true, CALL.isLess(target, 'a', 98));
        assertEquals(false, CALL.isLess(target, 'a', 97));
        assertSame(target, CALL.itself(target));
    }

    @Test
    void shouldPassWhatIsThrown() {
        IllegalStateException thrown =
                assertThrows(IllegalStateException.class, () -> CALL.fail(new Target(), "a reason"));
        assertEquals("a reason", thrown.getMessage());
    }
}
