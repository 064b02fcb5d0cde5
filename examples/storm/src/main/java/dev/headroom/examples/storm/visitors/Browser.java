package dev.headroom.examples.storm.visitors;

import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One person's browser at one instance.
 *
 * @param http the cookies; another browser may share them
 */
public record Browser(URI instance, Http http) {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** A browser without cookies. */
    public static Browser at(URI instance) {
        return new Browser(instance, new Http());
    }

    /** Asks for a page. */
    public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return http.get(Site.at(instance, path), ANSWER);
    }

    /** Sends a form with one field. */
    public HttpResponse<byte[]> post(String path, String field, String value) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(Site.at(instance, path))
                .timeout(ANSWER)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(field + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)))
                .build());
    }

    /** What an answer says. */
    public static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
