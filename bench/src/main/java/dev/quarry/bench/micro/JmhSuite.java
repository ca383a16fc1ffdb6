// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.micro;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// The benchmarks of one suite with the values of their parameters, in two scales.
final class JmhSuite {
    private static final Scale QUICK = new Scale(1, 3, 200, 5, 100);
    private static final Scale FULL = new Scale(2, 3, 300, 4, 250);

    /// What a JVM needs beside its iterations: its start, the compilation of JMH's own code, its end.
    private static final long FORK_MS = 1000;

    private final List<Class<?>> benchmarks;
    private final Map<String, List<String>> quickParameters = new LinkedHashMap<>();
    private final Map<String, List<String>> fullParameters = new LinkedHashMap<>();

    private record Scale(int forks, int warmups, int warmupMs, int measurements, int measurementMs) {
        long forkMs() {
            return FORK_MS + (long) warmups * warmupMs + (long) measurements * measurementMs;
        }
    }

    JmhSuite(Class<?>... benchmarks) {
        this.benchmarks = List.of(benchmarks);
    }

    JmhSuite quick(String parameter, List<String> values) {
        quickParameters.put(parameter, values);
        return this;
    }

    JmhSuite full(String parameter, List<String> values) {
        fullParameters.put(parameter, values);
        return this;
    }

    private Map<String, List<String>> parameters(boolean quick) {
        return quick ? quickParameters : fullParameters;
    }

    /// @param cores of the machine: there are benchmarks with up to twice as many threads
    Options options(boolean quick, int cores) {
        Scale scale = quick ? QUICK : FULL;
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .addProfiler(GCProfiler.class)
                .forks(scale.forks)
                .warmupIterations(scale.warmups)
                .warmupTime(TimeValue.milliseconds(scale.warmupMs))
                .measurementIterations(scale.measurements)
                .measurementTime(TimeValue.milliseconds(scale.measurementMs));
        labels(quick, cores).forEach(label -> builder.include("^" + Pattern.quote(label) + "$"));
        parameters(quick).forEach((name, values) -> builder.param(name, values.toArray(String[]::new)));
        return builder.build();
    }

    Duration expectedTime(boolean quick, int cores) {
        Scale scale = quick ? QUICK : FULL;
        long combinations = labels(quick, cores).size();
        for (List<String> values : parameters(quick).values()) {
            combinations *= values.size();
        }
        return Duration.ofMillis(combinations * scale.forks * scale.forkMs());
    }

    /// What was to be measured and is not among the results: JMH leaves out what has failed.
    ///
    /// @param results as JMH's file has them
    List<String> missing(boolean quick, int cores, List<?> results) {
        List<String> missing = new ArrayList<>();
        for (String label : labels(quick, cores)) {
            for (Map<String, String> chosen : combinations(parameters(quick))) {
                if (results.stream().noneMatch(result -> isOf(result, label, chosen))) {
                    missing.add(label.substring(label.lastIndexOf('.') + 1) + ' ' + chosen);
                }
            }
        }
        return missing;
    }

    private static boolean isOf(Object result, String label, Map<String, String> chosen) {
        return result instanceof Map<?, ?> one
                && label.equals(one.get("benchmark"))
                && one.get("params") instanceof Map<?, ?> parameters
                && parameters.entrySet().containsAll(chosen.entrySet());
    }

    private static List<Map<String, String>> combinations(Map<String, List<String>> parameters) {
        List<Map<String, String>> combinations = new ArrayList<>();
        combinations.add(Map.of());
        for (Map.Entry<String, List<String>> parameter : parameters.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> combination : combinations) {
                for (String value : parameter.getValue()) {
                    Map<String, String> chosen = new TreeMap<>(combination);
                    chosen.put(parameter.getKey(), value);
                    longer.add(chosen);
                }
            }
            combinations = longer;
        }
        return combinations;
    }

    /// The full names of the benchmarks that this machine has the cores for.
    List<String> labels(boolean quick, int cores) {
        int maxThreads = quick ? cores : 2 * cores;
        TreeSet<String> labels = new TreeSet<>();
        for (Class<?> benchmark : benchmarks) {
            Stream.of(benchmark.getMethods())
                    .filter(method -> method.isAnnotationPresent(Benchmark.class))
                    .filter(method -> threads(method) <= maxThreads)
                    .forEach(method -> labels.add(benchmark.getName() + '.' + label(method)));
        }
        return new ArrayList<>(labels);
    }

    private static int threads(Method method) {
        Threads threads = method.getAnnotation(Threads.class);
        return threads == null ? 1 : threads.value();
    }

    private static String label(Method method) {
        Group group = method.getAnnotation(Group.class);
        return group == null ? method.getName() : group.value();
    }
}
