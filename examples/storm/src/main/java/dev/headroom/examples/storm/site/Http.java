package dev.headroom.examples.storm.site;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A visitor of the site, with cookies as a browser has them. Thread-safe. */
public final class Http {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int OK = 200;
    private static final int BUSY = 503;
    private static final int MOST_TRIES = 10;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .cookieHandler(new CookieManager())
            .build();

    /** Asks for a page. */
    public HttpResponse<byte[]> get(URI address) throws IOException, InterruptedException {
        return get(address, ANSWER);
    }

    /** Asks for a page that has to come in time. */
    public HttpResponse<byte[]> get(URI address, Duration timeout) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address).timeout(timeout).build());
    }

    /** Asks for a page that has to be there, and comes back when told to. */
    public String text(URI address) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = get(address);
        for (int tries = 1; answer.statusCode() == BUSY && tries < MOST_TRIES; tries++) {
            Thread.sleep(retryAfter(answer, RETRY).toMillis());
            answer = get(address);
        }
        if (answer.statusCode() != OK) {
            throw new IOException(address + " answered " + answer.statusCode() + " instead of 200");
        }
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /** Sends any request. */
    public HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    /** What the site says about when to come back, or the fallback where it says nothing that can be understood. */
    public static Duration retryAfter(HttpResponse<?> answer, Duration fallback) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,4}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(fallback);
    }
}
