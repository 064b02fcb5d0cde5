package dev.headroom.examples.marketplace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A headless Chromium, driven over the W3C WebDriver protocol. */
final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process driver;
    private final URI session;

    /** Starts it with its files below a folder. */
    Chromium(Path folder) throws IOException {
        Path chromium = program("chromium", "chromium");
        Path log = Files.createTempFile(folder, "chromedriver", ".log");
        driver = new ProcessBuilder(program("chromedriver", "chromium-driver").toString(), "--port=0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            session = session(log, chromium, folder.resolve("profile"));
        } catch (RuntimeException | IOException | AssertionError failure) {
            end();
            throw failure;
        }
    }

    /** How wide and high the page is from now on, in CSS pixels. */
    void size(int width, int height) {
        Map<String, Object> metrics =
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500);
        post("/goog/cdp/execute", Map.of("cmd", "Emulation.setDeviceMetricsOverride", "params", metrics));
    }

    /** Opens a page and waits for all of it. */
    void open(URI page) {
        post("/url", Map.of("url", page.toString()));
    }

    /** What a script returns. */
    JsonNode run(String script) {
        return post("/execute/sync", Map.of("script", script, "args", List.of()));
    }

    /** Types into a field, or picks a file. */
    void type(String selector, String text) {
        post("/element/" + element(selector) + "/value", Map.of("text", text));
    }

    void click(String selector) {
        post("/element/" + element(selector) + "/click", Map.of());
    }

    String url() {
        return run("return location.href").asText();
    }

    private String element(String selector) {
        return post("/element", Map.of("using", "css selector", "value", selector))
                .get(ELEMENT)
                .asText();
    }

    private URI session(Path log, Path chromium, Path profile) throws IOException {
        Awaitility.await("chromedriver")
                .atMost(PATIENCE)
                .until(() -> PORT.matcher(Files.readString(log)).find());
        Matcher port = PORT.matcher(Files.readString(log));
        if (!port.find()) {
            throw new IOException(Files.readString(log));
        }
        URI root = URI.create("http://127.0.0.1:" + port.group(1) + "/session");
        List<String> arguments = List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile);
        Map<String, Object> options = Map.of("binary", chromium.toString(), "args", arguments);
        JsonNode made =
                post(root, Map.of("capabilities", Map.of("alwaysMatch", Map.of("goog:chromeOptions", options))));
        return URI.create(root + "/" + made.get("sessionId").asText());
    }

    private JsonNode post(String path, Object body) {
        return post(URI.create(session + path), body);
    }

    private JsonNode post(URI address, Object body) {
        try {
            return send(HttpRequest.newBuilder(address)
                    .header("Content-Type", "application/json; charset=utf-8")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                    .timeout(PATIENCE)
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode value = JSON.readTree(answer.body()).get("value");
            if (answer.statusCode() != 200) {
                throw new IOException(request.uri() + ": " + value);
            }
            return value;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static Path program(String name, String debianPackage) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(name + " is not installed; on Debian: apt-get install " + debianPackage));
    }

    private void end() {
        driver.descendants().forEach(ProcessHandle::destroyForcibly);
        driver.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        try {
            send(HttpRequest.newBuilder(session).DELETE().timeout(PATIENCE).build());
        } finally {
            end();
        }
    }
}
