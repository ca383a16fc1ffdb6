// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import dev.quarry.bench.report.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// The client's process. The arguments: `PORT CERTIFICATE CONNECTIONS WARM-UP-MS LOAD-MS`. It says `warm` when the
/// warm-up is over, then now and then how far it is, in words, and at its end `result` and one JSON object.
public final class ClientMain {
    static final String WARM = "warm";
    static final String RESULT = "result";

    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(5);

    private ClientMain() {}

    public static void main(String[] arguments) {
        Load load = new Load(ClientMain::fail);
        try (LoadClient client =
                new LoadClient(Integer.parseInt(arguments[0]), Certificate.ofChild(arguments[1]), load)) {
            client.connect(Integer.parseInt(arguments[2]));
            client.start();
            waitUntil(System.nanoTime() + milliseconds(arguments[3]));
            System.out.println(WARM);
            Map<String, Object> result = measure(load, milliseconds(arguments[4]));
            load.end();
            client.awaitEnd();
            System.out.println(RESULT);
            System.out.println(Json.write(result));
        } catch (Exception e) {
            fail(e.toString());
        }
    }

    private static long milliseconds(String argument) {
        return TimeUnit.MILLISECONDS.toNanos(Long.parseLong(argument));
    }

    /// Ends this process with one line that says why.
    private static void fail(String reason) {
        System.err.println(reason);
        Runtime.getRuntime().halt(1);
    }

    private static Map<String, Object> measure(Load load, long durationNs) throws InterruptedException {
        // What the warm-up left.
        load.takeLatencies();
        long answersBefore = load.answers();
        long startNs = System.nanoTime();
        long endNs = startNs + durationNs;
        for (long stepNs = startNs + PROGRESS_NS; stepNs < endNs; stepNs += PROGRESS_NS) {
            waitUntil(stepNs);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(stepNs - startNs);
            System.out.println(seconds + " s: " + (load.answers() - answersBefore) / seconds + " requests/s");
        }
        waitUntil(endNs);
        Histogram latencies = load.takeLatencies();
        double seconds = (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("requests", latencies.getTotalCount());
        result.put("requestsPerSecond", latencies.getTotalCount() / seconds);
        result.put("p50Ns", latencies.getValueAtPercentile(50));
        result.put("p99Ns", latencies.getValueAtPercentile(99));
        result.put("p999Ns", latencies.getValueAtPercentile(99.9));
        return result;
    }

    private static void waitUntil(long timeNs) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(timeNs - System.nanoTime());
    }
}
