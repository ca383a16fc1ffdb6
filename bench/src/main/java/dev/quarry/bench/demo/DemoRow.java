// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import java.util.Map;

/// What one pool reached: the figures that the client and the server printed.
///
/// @param pool   its name
/// @param client see [ClientMain]
/// @param server see [ServerMain]
public record DemoRow(String pool, Map<String, Object> client, Map<String, Object> server) {
    double requestsPerSecond() {
        return number(client, "requestsPerSecond");
    }

    double p50Ns() {
        return number(client, "p50Ns");
    }

    double p99Ns() {
        return number(client, "p99Ns");
    }

    double p999Ns() {
        return number(client, "p999Ns");
    }

    double nsPerBuffer() {
        return number(server, "nsPerBuffer");
    }

    double peakResidentBytes() {
        return number(server, "peakResidentBytes");
    }

    double residentBytesAfter() {
        return number(server, "residentBytesAfter");
    }

    double liveBytesAfter() {
        return number(server, "liveBytesAfter");
    }

    /// {@return Quarry's report; empty for the other pools}
    public String report() {
        return server.get("report") instanceof String report ? report : "";
    }

    String tls() {
        return String.valueOf(server.get("tls"));
    }

    private static double number(Map<String, Object> figures, String name) {
        if (figures.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException("no figure " + name + " in " + figures);
    }
}
