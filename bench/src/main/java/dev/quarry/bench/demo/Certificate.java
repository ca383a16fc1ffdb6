// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.demo;

import dev.quarry.bench.runner.Child;
import dev.quarry.bench.runner.ChildFailedException;
import dev.quarry.bench.runner.Children;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The server's certificate for the loopback address: made by the JDK's keytool for one run, and gone with its folder.
///
/// @param file     a PKCS #12 store
/// @param password of the store; child processes get it in their environment, where other users cannot read it
record Certificate(Path file, String password) {
    private static final String PASSWORD_VARIABLE = "QUARRY_DEMO_PASSWORD";
    private static final String STORE_TYPE = "PKCS12";
    private static final String ALIAS = "demo";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    static Certificate make(Children children, Path directory) throws IOException, ChildFailedException {
        Certificate certificate =
                new Certificate(directory.resolve("demo.p12"), UUID.randomUUID().toString());
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        // spotless:off
        List<String> command = List.of(program, "-genkeypair",
                "-alias", ALIAS, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                "-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:" + DemoServer.LOOPBACK,
                "-storetype", STORE_TYPE, "-keystore", certificate.file.toString(),
                "-storepass:env", PASSWORD_VARIABLE);
        // spotless:on
        try (Child keytool = children.start("keytool", command, certificate.environment(), LIMIT)) {
            keytool.readRest();
        }
        return certificate;
    }

    /// {@return what a child process needs in its environment}
    Map<String, String> environment() {
        return Map.of(PASSWORD_VARIABLE, password);
    }

    /// {@return in a child process, the certificate in the file that its command line names}
    static Certificate ofChild(String file) {
        return new Certificate(Path.of(file), System.getenv().getOrDefault(PASSWORD_VARIABLE, ""));
    }

    X509Certificate certificate() throws IOException, GeneralSecurityException {
        return (X509Certificate) load().getCertificate(ALIAS);
    }

    PrivateKey privateKey() throws IOException, GeneralSecurityException {
        return (PrivateKey) load().getKey(ALIAS, password.toCharArray());
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(STORE_TYPE);
        try (InputStream stream = Files.newInputStream(file)) {
            store.load(stream, password.toCharArray());
        }
        return store;
    }
}
