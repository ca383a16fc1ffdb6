// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.net.http.HttpClient;

/// How a client talks to a server.
enum Wire {
    HTTP_1("http", HttpClient.Version.HTTP_1_1),
    HTTP_1_TLS("https", HttpClient.Version.HTTP_1_1),
    HTTP_2_TLS("https", HttpClient.Version.HTTP_2);

    final String scheme;
    final HttpClient.Version version;

    Wire(String scheme, HttpClient.Version version) {
        this.scheme = scheme;
        this.version = version;
    }

    boolean hasTls() {
        return scheme.equals("https");
    }
}
