package dev.headroom.examples.marketplace;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Somebody who looks at the site, with cookies of their own; follows no redirect by itself. A site that is too busy is asked again when
 * it says: a paused standby and a machine at work on other tests are reasons for it.
 */
final class Visit {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_TRIES = 10;

    private final CookieManager cookies;
    private final URI site;
    private final HttpClient client;

    Visit(URI site) {
        this(site, new CookieManager());
    }

    private Visit(URI site, CookieManager cookies) {
        this.site = site;
        this.cookies = cookies;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .cookieHandler(cookies)
                .connectTimeout(PATIENCE)
                .build();
    }

    /** The same person at another instance: cookies know no ports. */
    Visit at(URI otherSite) {
        return new Visit(otherSite, cookies);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    HttpResponse<String> post(String path, Map<String, String> form) throws IOException, InterruptedException {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    HttpResponse<String> offer(Multipart form, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request("/products")
                .header("Content-Type", form.contentType())
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.bytes()));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    /** Offers a photograph; the path of the product. */
    String offered(String title, byte[] photo) throws IOException, InterruptedException {
        HttpResponse<String> answer = offer(Multipart.offer(title, "12.50", "photo.jpg", photo));
        if (answer.statusCode() != 303) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(site.resolve(path)).timeout(PATIENCE);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        for (int tries = 1; shed(answer) && tries < MOST_TRIES; tries++) {
            TimeUnit.SECONDS.sleep(
                    answer.headers().firstValueAsLong("Retry-After").orElse(1));
            answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        }
        return answer;
    }

    private static boolean shed(HttpResponse<String> answer) {
        return answer.statusCode() == 503
                && answer.headers().firstValue("X-Shed").isPresent();
    }
}
