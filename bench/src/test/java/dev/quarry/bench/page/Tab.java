// SPDX-License-Identifier: Apache-2.0
package dev.quarry.bench.page;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/// One tab of the browser, with all that went wrong in it and all that it asked for.
final class Tab {
    private final DevTools tools;
    private final String session;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();

    Tab(DevTools tools, String session) throws IOException {
        this.tools = tools;
        this.session = session;
        tools.listen(session, this::onEvent);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            send(domain + ".enable", Map.of());
        }
    }

    private void onEvent(Fields event) {
        Fields details = event.get("params");
        switch (event.get("method").text()) {
            case "Log.entryAdded" -> complaints.add(details.get("entry").plain());
            case "Runtime.exceptionThrown" ->
                complaints.add(details.get("exceptionDetails").plain());
            case "Runtime.consoleAPICalled" -> complaints.add(details.plain());
            case "Network.requestWillBeSent" ->
                requests.add(details.get("request").get("url").text());
            case "Page.loadEventFired" -> loaded.complete(null);
            default -> {}
        }
    }

    /// What the tab looks like to a page.
    ///
    /// @param scheme `light` or `dark`
    /// @param media `screen` or `print`
    void emulate(int width, int height, double pixelRatio, String scheme, String media) throws IOException {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", pixelRatio, "mobile", width < 600));
        send(
                "Emulation.setEmulatedMedia",
                Map.of("media", media, "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /// Opens a file and waits until it is loaded, its scripts included.
    void open(Path file) throws IOException {
        send("Page.navigate", Map.of("url", file.toUri().toString()));
        DevTools.await(loaded, "loading " + file);
    }

    /// The value of an expression.
    Fields evaluate(String expression) throws IOException {
        Fields answer = send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (answer.find("exceptionDetails").isPresent()) {
            throw new IOException(answer.get("exceptionDetails").plain());
        }
        return answer.get("result").get("value");
    }

    /// What is seen without scrolling, as a PNG.
    byte[] screenshot() throws IOException {
        return Base64.getDecoder()
                .decode(send("Page.captureScreenshot", Map.of("format", "png"))
                        .get("data")
                        .text());
    }

    /// Errors, warnings and whatever else the page wrote to the console.
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /// The addresses of all that was loaded, the page itself included.
    List<String> requests() {
        return List.copyOf(requests);
    }

    private Fields send(String method, Map<String, ?> parameters) throws IOException {
        return tools.send(session, method, parameters);
    }
}
