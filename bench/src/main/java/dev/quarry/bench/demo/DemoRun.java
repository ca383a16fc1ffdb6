// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import dev.quarry.bench.buffer.BufferPool;
import dev.quarry.bench.report.Json;
import dev.quarry.bench.runner.Child;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One pool after another: starts its server, drives it, leaves it alone, and asks what it held.
public final class DemoRun {
    static final List<BufferPool> POOLS = List.of(BufferPool.ADAPTIVE, BufferPool.POOLED, BufferPool.QUARRY);
    static final int CONNECTIONS = 64;

    /// The same for each server, and all that Netty's pools ask for: more than 512 MiB of heap, native access, and its
    /// fastest way to memory. Few pages of the heap are touched, so that the resident size tells of buffers.
    public static final List<String> SERVER_FLAGS = List.of(
            "-Xms64m",
            "-Xmn32m",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:MaxDirectMemorySize=4g",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled");

    private static final List<String> CLIENT_FLAGS = List.of(
            "-Xms64m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled");

    /// For a child that hangs.
    private static final Duration SLACK = Duration.ofSeconds(60);

    private static final Duration SERVER_EXIT_LIMIT = Duration.ofSeconds(1);

    /// The part of the load that only warms up, as a divisor.
    private static final int WARM_UP_DIVISOR = 4;

    private final DemoPlan plan;
    private final Children children;
    private final PrintStream progress;
    private final Path directory;

    /// @param directory for the certificate
    /// @param progress  where it says what it does
    public DemoRun(DemoPlan plan, Children children, Path directory, PrintStream progress) {
        this.plan = plan;
        this.children = children;
        this.directory = directory;
        this.progress = progress;
    }

    /// Runs all of it.
    ///
    /// @throws ChildFailedException with a message that says which process failed, and why
    public List<DemoRow> run() throws IOException, ChildFailedException {
        Certificate certificate = Certificate.make(children, directory);
        List<DemoRow> rows = new ArrayList<>();
        for (BufferPool pool : POOLS) {
            rows.add(run(pool, rows.size(), certificate));
        }
        return rows;
    }

    private DemoRow run(BufferPool pool, int poolIndex, Certificate certificate)
            throws IOException, ChildFailedException {
        String step = "[%d/%d] %s: ".formatted(poolIndex + 1, POOLS.size(), pool.label());
        try (Child server = startServer(pool, certificate)) {
            String port = server.readLine().substring(ServerMain.READY.length());
            progress.println(step + CONNECTIONS + " connections to port " + port + " for "
                    + plan.load().toSeconds() + " s");
            Map<String, Object> clientFigures = drive(server, startClient(pool, port, certificate));
            progress.println(step + "left alone for " + plan.idle().toSeconds() + " s");
            if (server.endsWithin(plan.idle())) {
                throw server.failure();
            }
            server.send(ServerMain.FINISH);
            return new DemoRow(pool.label(), clientFigures, Json.readObject(server.readRest()));
        }
    }

    /// Follows the client to its end.
    private Map<String, Object> drive(Child server, Child startedClient) throws IOException, ChildFailedException {
        try (Child client = startedClient) {
            for (String line = client.readLine(); !line.equals(ClientMain.RESULT); line = client.readLine()) {
                if (line.equals(ClientMain.WARM)) {
                    server.send(ServerMain.RECORD);
                } else {
                    progress.println("      " + line);
                }
            }
            return Json.readObject(client.readRest());
        } catch (ChildFailedException e) {
            // A client whose server is gone fails too, but the server knows why.
            if (server.endsWithin(SERVER_EXIT_LIMIT)) {
                throw server.failure();
            }
            throw e;
        }
    }

    private Child startServer(BufferPool pool, Certificate certificate) throws IOException, ChildFailedException {
        List<String> arguments = List.of(
                ServerMain.class.getName(),
                pool.label(),
                Integer.toString(plan.port()),
                certificate.file().toString());
        List<String> flags = new ArrayList<>(SERVER_FLAGS);
        flags.addAll(plan.jvmArguments());
        return children.start(
                "the server on " + pool.label(), java(flags, arguments), certificate.environment(), limit());
    }

    private Child startClient(BufferPool pool, String port, Certificate certificate)
            throws IOException, ChildFailedException {
        long loadMs = plan.load().toMillis();
        long warmUpMs = loadMs / WARM_UP_DIVISOR;
        List<String> arguments = List.of(
                ClientMain.class.getName(),
                port,
                certificate.file().toString(),
                Integer.toString(CONNECTIONS),
                Long.toString(warmUpMs),
                Long.toString(loadMs - warmUpMs));
        return children.start(
                "the client of the server on " + pool.label(),
                java(CLIENT_FLAGS, arguments),
                certificate.environment(),
                limit());
    }

    private static List<String> java(List<String> flags, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(arguments);
        return command;
    }

    private Duration limit() {
        return plan.total().plus(SLACK);
    }
}
