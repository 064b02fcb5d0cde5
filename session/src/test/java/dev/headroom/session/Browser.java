package dev.headroom.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A browser with one cookie, which it takes to every server. */
final class Browser {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    private volatile String cookie = "";
    private final List<String> setCookies = new ArrayList<>();

    /** The status and body of an answer. */
    record Answer(int status, String body) {}

    Answer get(WebServer server, String path) {
        try {
            HttpResponse<InputStream> response = send(server, path);
            try (InputStream body = response.body()) {
                return new Answer(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Returns as soon as the answer's head is there; its body comes later. */
    InputStream head(WebServer server, String path) {
        return send(server, path).body();
    }

    String cookie() {
        return cookie;
    }

    void cookie(String value) {
        this.cookie = value;
    }

    List<String> setCookies() {
        return setCookies;
    }

    private HttpResponse<InputStream> send(WebServer server, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(20));
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        try {
            HttpResponse<InputStream> response =
                    CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            for (String header : response.headers().allValues("Set-Cookie")) {
                setCookies.add(header);
                cookie = header.contains("Max-Age=0") ? "" : header.substring(0, header.indexOf(';'));
            }
            return response;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
