// SPDX-License-Identifier: Apache-2.0
package dev.quarry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Who has neither a recorder nor JMX does not pay for them.
@Tag("once")
class JvmToolsTest {
    private static final List<String> LOG_CLASSES = List.of("-Xlog:class+load:stdout");

    @Test
    void shouldLoadNothingForToolsThatAreNotThere() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(JvmToolsChild.class, LOG_CLASSES);
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("ticked"), outcome::toString);
        List<String> loaded = outcome.output()
                .lines()
                .filter(line -> line.contains("] jdk.jfr.")
                        || line.contains("] dev.quarry.internal.jfr.")
                        || line.contains("] dev.quarry.ManagementBeans")
                        || line.contains("] com.sun.jmx."))
                .map(line -> line.replaceAll(".*] (\\S+) source.*", "$1"))
                .toList();
        assertEquals(List.of("jdk.jfr.FlightRecorder"), loaded);
    }

    @Test
    void shouldRegisterWhenTheServerComesLater() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.run(JvmToolsChild.class, List.of(), "late-jmx");
        outcome.requireSuccess();
        assertTrue(outcome.output().contains("registered: true"), outcome::toString);
    }
}
