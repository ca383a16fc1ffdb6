// SPDX-License-Identifier: Apache-2.0
package dev.quarry.numavm;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.reporting.legacy.xml.LegacyXmlReportGeneratingListener;

/// The program that the guest runs: all tests of this package, or those whose class matches the first argument. Ends
/// with 0 when at least one test ran and all of them passed; the guest is made for these tests, so none has a reason to
/// be skipped.
final class GuestTests {
    /// The class names of all tests.
    static final String ALL = ".*Test";

    /// The name of the report, which the reporting of JUnit chooses.
    static final String REPORT = "TEST-junit-jupiter.xml";

    private static final Path RESULTS = Path.of("/out/files");

    /// Far more than the slowest test takes; so a test that hangs is named before the guest's time is over.
    private static final String TIMEOUT = "100 s";

    private GuestTests() {}

    public static void main(String[] arguments) {
        System.setProperty(InGuest.PROPERTY, "true");
        PrintWriter out = new PrintWriter(System.out, true);
        SummaryGeneratingListener counts = new SummaryGeneratingListener();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(
                request(arguments.length > 0 ? arguments[0] : ALL),
                counts,
                new Progress(out),
                new LegacyXmlReportGeneratingListener(RESULTS, out));
        System.exit(report(counts.getSummary(), out) ? 0 : 1);
    }

    private static LauncherDiscoveryRequest request(String classNames) {
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(GuestTests.class.getPackageName()))
                .filters(includeClassNamePatterns(classNames))
                .configurationParameter("junit.jupiter.execution.timeout.default", TIMEOUT)
                .build();
    }

    /// Prints what failed and the count of all, and tells whether all is well.
    private static boolean report(TestExecutionSummary summary, PrintWriter out) {
        summary.printFailuresTo(out);
        long passed = summary.getTestsSucceededCount();
        long skipped = summary.getTestsSkippedCount() + summary.getTestsAbortedCount();
        // Containers fail too: a method that prepares a whole class.
        long failed = summary.getTotalFailureCount() + skipped;
        if (skipped > 0) {
            out.println(skipped + " of them skipped, which counts as failed here");
        }
        out.println("numa-vm: " + passed + " passed, " + failed + " failed");
        return passed > 0 && failed == 0;
    }

    /// One line a test, as it ends.
    private static final class Progress implements TestExecutionListener {
        private final PrintWriter out;
        private long startNs;

        Progress(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            out.println("SKIPPED " + name(test) + ": " + reason);
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            startNs = System.nanoTime();
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                long ms = (System.nanoTime() - startNs) / 1_000_000;
                out.println(result.getStatus() + " " + name(test) + " in " + ms + " ms");
            }
        }

        private static String name(TestIdentifier test) {
            return test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(source -> ((MethodSource) source).getJavaClass().getSimpleName() + ".")
                    .map(prefix -> prefix + test.getLegacyReportingName())
                    .orElse(test.getLegacyReportingName());
        }
    }
}
