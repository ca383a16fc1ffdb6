// SPDX-License-Identifier: Apache-2.0
package dev.quarry.it.servers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate for `localhost`, made by the JDK's keytool when the test starts and gone when it ends.
final class TestCertificate {
    private static final String STORE_TYPE = "PKCS12";
    private static final String ALIAS = "localhost";

    private final KeyStore store;
    private final char[] password;

    private TestCertificate(KeyStore store, char[] password) {
        this.store = store;
        this.password = password;
    }

    static TestCertificate make() throws IOException, GeneralSecurityException, InterruptedException {
        Path folder = Files.createTempDirectory("quarry-certificate");
        Path file = folder.resolve("localhost.p12");
        String password = UUID.randomUUID().toString();
        try {
            keytool(file, password);
            KeyStore store = KeyStore.getInstance(STORE_TYPE);
            try (InputStream stream = Files.newInputStream(file)) {
                store.load(stream, password.toCharArray());
            }
            return new TestCertificate(store, password.toCharArray());
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private static void keytool(Path file, String password) throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        // spotless:off
        List<String> command = List.of(keytool, "-genkeypair",
                "-alias", ALIAS, "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2",
                "-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1",
                "-storetype", STORE_TYPE, "-keystore", file.toString(), "-storepass", password);
        // spotless:on
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!child.waitFor(60, TimeUnit.SECONDS) || child.exitValue() != 0) {
            child.destroyForcibly();
            throw new IOException("keytool: " + output);
        }
    }

    /// {@return what a server shows}
    SSLContext server() throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /// {@return what a client trusts: this certificate alone}
    SSLContext client() throws GeneralSecurityException {
        return trust(encoded());
    }

    /// {@return what a client in another process needs to trust it}
    byte[] encoded() throws GeneralSecurityException {
        return store.getCertificate(ALIAS).getEncoded();
    }

    /// {@return the trust in one certificate alone}
    static SSLContext trust(byte[] encoded) throws GeneralSecurityException {
        Certificate certificate =
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        KeyStore trusted = KeyStore.getInstance(STORE_TYPE);
        try {
            trusted.load(null, null);
        } catch (IOException impossible) {
            throw new IllegalStateException("an empty store reads nothing", impossible);
        }
        trusted.setCertificateEntry(ALIAS, certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
