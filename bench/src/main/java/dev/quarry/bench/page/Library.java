// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import dev.quarry.bench.page.View.Notice;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The JavaScript library that draws the plots, D3, from its WebJar on the class path.
final class Library {
    private static final String NAME = "D3";
    private static final String PROPERTIES = "/META-INF/maven/org.webjars.npm/d3/pom.properties";
    private static final String FILES = "/META-INF/resources/webjars/d3/";

    private Library() {}

    /// The code, with nothing in it that would end the element in which it stands.
    static String code() {
        return file("dist/d3.min.js").replaceAll("(?i)</(?=script)", "<\\\\/");
    }

    /// What the licence wants to stand wherever the code does.
    static Notice notice() {
        return new Notice(NAME + " " + version(), file("LICENSE").strip());
    }

    private static String file(String name) {
        return Resources.read(FILES + version() + "/" + name);
    }

    private static String version() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Resources.read(PROPERTIES)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
